using Collab.Operations.Deltas;

namespace Collab.Operations.Conflicts;

/// <summary>
/// Gathers the conflicts of one rebase. Neighbours of one kind in one step are one conflict. Allocates nothing until there is one; the
/// default value listens to nobody.
/// </summary>
internal struct ConflictCollector(bool isListening)
{
    private readonly bool _isListening = isListening;
    private List<DetectedConflict>? _conflicts;
    private int _total;

    // The one that was met last, which a neighbour may extend; it may lie beyond the limit, so that it isn't in the list.
    private DetectedConflict? _last;

    /// <summary>Which delta is being moved over now.</summary>
    public int OverIndex { get; set; }

    public readonly bool HasAny => _total > 0;

    public void Add(string kind, ConflictResolution resolution, int start, int length)
    {
        if (!_isListening) return;
        if (_last is { } last && last.OverIndex == OverIndex && last.Kind == kind && last.Resolution == resolution
            && last.Start + last.Length == start)
        {
            _last = last with { Length = last.Length + length };
            if (_total <= Rebased.ConflictsLimit) _conflicts![^1] = _last;
            return;
        }

        _last = new DetectedConflict(kind, resolution, start, length, OverIndex);
        if (++_total <= Rebased.ConflictsLimit) (_conflicts ??= []).Add(_last);
    }

    /// <summary>Moves what was found so far over a delta that applies to the document it was found in.</summary>
    public readonly void Carry(ReadOnlySpan<Component> over)
    {
        for (var i = 0; i < _conflicts!.Count; i++)
        {
            // Text inserted at either edge is not part of the conflict.
            var conflict = _conflicts[i];
            var start = Transformation.TransformPosition(over, conflict.Start, CaretSide.AfterInsert);
            var end = Transformation.TransformPosition(over, conflict.Start + conflict.Length, CaretSide.BeforeInsert);
            _conflicts[i] = conflict with { Start = start, Length = Math.Max(0, end - start) };
        }
    }

    public readonly Rebased ToRebased(IDelta delta) => new(delta, _conflicts ?? (IReadOnlyList<DetectedConflict>)[], _total);
}
