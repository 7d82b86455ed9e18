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
    public Activation? GetOrCreate(GrainId id, GrainCall call)
    {
        while (!_activations.TryGetValue(id, out var existing))
        {
            if (runtime.IsStopping)
                return null;
            var created = new Activation(runtime, id, runtime.References.ClassOf(id.Type));
            if (_activations.TryAdd(id, created))
            {
                created.Begin(call);
                return created;
            }
        }
        return _activations.TryGetValue(id, out var activation) ? activation : GetOrCreate(id, call);
    }

    public void Replace(Activation ended, Activation? successor)
    {
        if (successor is null)
            _activations.TryRemove(new(ended.GrainId, ended));
        else
            _activations[ended.GrainId] = successor;
    }
}
