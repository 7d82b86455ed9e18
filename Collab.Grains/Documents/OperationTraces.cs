using System.Collections.Immutable;
using Collab.Contracts.Documents;

namespace Collab.Grains.Documents;

/// <summary>Which operations that wait for the log are part of a trace. A flush is of many, so what comes after it can't be part of whatever is current: each traced operation brings its own trace along.</summary>
/// <remarks>Used from one thread at a time (the grain's turns).</remarks>
public sealed class OperationTraces
{
    // Those beyond it are pushed like all others, without a span.
    private const int Limit = 64;

    private readonly List<OperationTrace> _waiting = [];

    /// <param name="parent">Null: it is not traced.</param>
    public void Add(Revision revision, string? parent)
    {
        if (parent is not null && _waiting.Count < Limit)
            _waiting.Add(new OperationTrace(revision, parent));
    }

    /// <summary>Takes those up to <paramref name="durable"/>, which are about to be pushed.</summary>
    /// <returns>Null if there are none.</returns>
    public ImmutableArray<OperationTrace>? Take(Revision durable) => _waiting.Count == 0 ? null : TakeUpTo(durable);

    private ImmutableArray<OperationTrace>? TakeUpTo(Revision durable)
    {
        ImmutableArray<OperationTrace> taken = [.. _waiting.Where(trace => trace.Revision <= durable)];
        _waiting.RemoveAll(trace => trace.Revision <= durable);
        return taken.IsEmpty ? null : taken;
    }
}
