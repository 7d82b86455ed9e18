using System.Collections.Concurrent;
using Orleans.Runtime;

namespace Orleans.Engine;

/// <summary>The objects of this process that grains may call. Held weakly, as in Orleans: who made the reference keeps the object.</summary>
internal sealed class ObserverDirectory(SiloRuntime runtime)
{
    private readonly ConcurrentDictionary<GrainId, Observer> _observers = new();
    private readonly Lock _gate = new();
    private CallList _dropped;

    public GrainId Add(IGrainObserver instance)
    {
        var id = new GrainId(runtime.ClientId.Type, IdSpan.Create($"{runtime.ClientId.Key}+{Guid.NewGuid():N}"));
        _observers[id] = new Observer(runtime, id, instance);
        return id;
    }

    public bool Remove(GrainId id) => _observers.TryRemove(id, out _);

    public void Send(GrainCall call)
    {
        if (!_observers.TryGetValue(call.TargetId, out var observer) || !observer.TryReceive(call))
            Drop(call);
    }

    /// <summary>Nobody is there: nothing happens, until a caller who waits runs into the response timeout.</summary>
    public void Drop(GrainCall call)
    {
        runtime.Log.ObserverGone(call.TargetId, call.Method.ActivityName);
        Remove(call.TargetId);
        if (call.IsOneWay)
            return;
        lock (_gate)
            _dropped.Add(call);
    }

    public void FindExpired(long now, ref List<GrainCall>? expired)
    {
        foreach (var (_, observer) in _observers)
            observer.FindExpired(now, ref expired);
        lock (_gate)
        {
            for (GrainCall? call = _dropped.First, next; call is not null; call = next)
            {
                next = call.Next;
                if (call.Deadline > now)
                    continue;
                _dropped.Remove(call);
                (expired ??= []).Add(call);
            }
        }
    }
}
