using System.Collections.Immutable;
using Collab.Contracts.Activity;

namespace Collab.Grains.Activity;

/// <summary>
/// Notices when the conflicts of one document come thick: a burst begins with so many within the window, and is over when a window has passed without any, or after
/// <see cref="WindowsLimit"/> windows, so that one that goes on is told of more than once.
/// </summary>
/// <remarks>Pure but for the clock. Before a burst it remembers at most as many conflicts as make one; within, one number for each kind.</remarks>
public sealed class ConflictBursts(int count, TimeSpan window, TimeProvider clock)
{
    /// <summary>The longest burst, in windows.</summary>
    public const int WindowsLimit = 6;

    private readonly Queue<(long At, string Kind)> _recent = new();
    private readonly Dictionary<string, long> _kinds = [];
    private long _began;
    private long _last;

    /// <summary>Whether a burst is under way, so that <see cref="End"/> has to be asked.</summary>
    public bool IsBurst { get; private set; }

    public void Add(string kind)
    {
        long now = clock.GetTimestamp();
        if (IsBurst)
        {
            _last = now;
            Count(kind);
            return;
        }

        _recent.Enqueue((now, kind));
        while (clock.GetElapsedTime(_recent.Peek().At, now) > window)
            _recent.Dequeue();
        if (_recent.Count < count)
            return;
        (IsBurst, _began, _last) = (true, _recent.Peek().At, now);
        foreach (var (_, each) in _recent)
            Count(each);
        _recent.Clear();
    }

    /// <summary>The burst if it is over now, how many of each kind it had; else null.</summary>
    public ImmutableArray<ConflictCount>? End()
    {
        long now = clock.GetTimestamp();
        return IsBurst && (clock.GetElapsedTime(_last, now) >= window || clock.GetElapsedTime(_began, now) >= window * WindowsLimit) ? Close() : null;
    }

    /// <summary>Ends the burst before its time: the document is put away.</summary>
    public ImmutableArray<ConflictCount>? Close()
    {
        if (!IsBurst)
            return null;
        ImmutableArray<ConflictCount> kinds = [.. _kinds.Select(kind => new ConflictCount(kind.Key, kind.Value)).OrderByDescending(kind => kind.Count).ThenBy(kind => kind.Kind, StringComparer.Ordinal)];
        _kinds.Clear();
        IsBurst = false;
        return kinds;
    }

    private void Count(string kind) => _kinds[kind] = _kinds.GetValueOrDefault(kind) + 1;
}
