using System.Collections.Immutable;
using Collab.Contracts.Activity;

namespace Collab.Grains.Activity;

/// <summary>The activity log of one process, gone with it. Keeps the same rules as the durable ones.</summary>
public sealed class MemoryActivityLog : IActivityLog
{
    private readonly Lock _lock = new();
    // Position p is at index p − 1 − _trimmed.
    private readonly List<ActivityEvent> _events = [];
    private readonly Dictionary<Guid, long> _positions = [];
    private readonly Dictionary<string, ConsumerCursor> _cursors = [];
    private readonly Dictionary<string, SortedList<long, DeadLetter>> _deadLetters = [];
    private long _trimmed;

    public string Store => "memory";

    public ValueTask<ImmutableArray<long>> AppendAsync(IReadOnlyList<ActivityEvent> events, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_lock)
            return ValueTask.FromResult(events.Select(Append).ToImmutableArray());
    }

    public ValueTask<ImmutableArray<ActivityEvent>> ReadAfterAsync(long position, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        lock (_lock)
        {
            var from = (int)Math.Clamp(position - _trimmed, 0, _events.Count);
            return ValueTask.FromResult(_events.GetRange(from, Math.Min(limit, _events.Count - from)).ToImmutableArray());
        }
    }

    public ValueTask<ImmutableArray<ActivityEvent>> ReadDocumentAsync(DocumentId document, long? before, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        lock (_lock)
        {
            return ValueTask.FromResult(Enumerable.Reverse(_events)
                .Where(happened => happened.Document == document && (before is null || happened.Position < before)).Take(limit).ToImmutableArray());
        }
    }

    public ValueTask<long> ReadHeadAsync(CancellationToken cancellation)
    {
        lock (_lock)
            return ValueTask.FromResult(Head);
    }

    public ValueTask<int> TrimAsync(DateTimeOffset before, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        lock (_lock)
        {
            var gone = _events.Take(limit).TakeWhile(happened => happened.At < before).ToList();
            gone.ForEach(happened => _positions.Remove(happened.Id));
            _events.RemoveRange(0, gone.Count);
            _trimmed += gone.Count;
            return ValueTask.FromResult(gone.Count);
        }
    }

    public ValueTask<ConsumerCursor?> ReadCursorAsync(string consumer, CancellationToken cancellation)
    {
        lock (_lock)
            return ValueTask.FromResult(_cursors.GetValueOrDefault(consumer));
    }

    public ValueTask<ConsumerCursor> WriteCursorAsync(string consumer, ConsumerCursor cursor, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (!_cursors.TryGetValue(consumer, out var there) || there.Position <= cursor.Position)
                _cursors[consumer] = there = cursor;
            return ValueTask.FromResult(there);
        }
    }

    public ValueTask AddDeadLettersAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellation)
    {
        lock (_lock)
        {
            foreach (var letter in letters)
            {
                if (!_deadLetters.TryGetValue(letter.Consumer, out var its))
                    _deadLetters.Add(letter.Consumer, its = []);
                its[letter.Event.Position] = letter with { Event = Stored(letter.Event), At = Milliseconds(letter.At) };
            }
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<ImmutableArray<DeadLetter>> ListDeadLettersAsync(string consumer, long after, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        lock (_lock)
            return ValueTask.FromResult((_deadLetters.GetValueOrDefault(consumer)?.Values ?? []).Where(letter => letter.Event.Position > after).Take(limit).ToImmutableArray());
    }

    public ValueTask<long> CountDeadLettersAsync(string consumer, CancellationToken cancellation)
    {
        lock (_lock)
            return ValueTask.FromResult(_deadLetters.GetValueOrDefault(consumer)?.Count ?? 0L);
    }

    public ValueTask<int> DeleteDeadLettersAsync(string consumer, IReadOnlyList<long> positions, CancellationToken cancellation)
    {
        lock (_lock)
            return ValueTask.FromResult(_deadLetters.TryGetValue(consumer, out var its) ? positions.Distinct().Count(its.Remove) : 0);
    }

    public ValueTask<int> TrimDeadLettersAsync(string consumer, DateTimeOffset before, int keep, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        lock (_lock)
        {
            if (!_deadLetters.TryGetValue(consumer, out var its))
                return ValueTask.FromResult(0);
            var gone = its.Where((letter, index) => letter.Value.At < before || index < its.Count - keep).Take(limit).Select(letter => letter.Key).ToList();
            return ValueTask.FromResult(gone.Count(its.Remove));
        }
    }

    private long Head => _trimmed + _events.Count;

    private long Append(ActivityEvent happened)
    {
        if (_positions.TryGetValue(happened.Id, out long there))
            return there;
        _events.Add(Stored(happened) with { Position = Head + 1 });
        _positions.Add(happened.Id, Head);
        return Head;
    }

    private static ActivityEvent Stored(ActivityEvent happened) => happened with { At = Milliseconds(happened.At) };

    private static DateTimeOffset Milliseconds(DateTimeOffset at) => DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds());
}
