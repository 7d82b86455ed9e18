using System.Collections.Concurrent;
using Orleans.Runtime;

namespace Orleans.Engine;

/// <summary>Which activation a grain has now: at most one.</summary>
internal sealed class GrainDirectory(SiloRuntime runtime)
{
    private readonly ConcurrentDictionary<GrainId, Activation> _activations = new();

    /// <summary>A moving picture: entries come and go while it is walked.</summary>
    public IEnumerable<KeyValuePair<GrainId, Activation>> Activations => _activations;

    public bool IsEmpty => _activations.IsEmpty;

    /// <summary>The grain's activation, a new one if it has none; null when the silo takes on no new ones.</summary>
    /// <param name="isReceived">Whether the activation is new and has the call already: it shares the fate of the activation that it brought about, however soon that ends.</param>
    public Activation? GetOrCreate(GrainId id, GrainCall call, out bool isReceived)
    {
        isReceived = false;
        while (!_activations.TryGetValue(id, out var existing))
        {
            if (runtime.IsStopping)
                return null;
            var created = new Activation(runtime, id, runtime.References.ClassOf(id.Type));
            created.TryReceive(call);
            if (_activations.TryAdd(id, created))
            {
                isReceived = true;
                created.Begin(call);
                return created;
            }
        }
        return _activations.TryGetValue(id, out var activation) ? activation : GetOrCreate(id, call, out isReceived);
    }

    public void Replace(Activation ended, Activation? successor)
    {
        if (successor is null)
            _activations.TryRemove(new(ended.GrainId, ended));
        else
            _activations[ended.GrainId] = successor;
    }
}
