using System.Collections.Immutable;
using Collab.Contracts.Activity;
using Collab.Grains.Log;
using Prometheus;

namespace Collab.Grains.Activity;

/// <summary>Times and counts every call of a store, as <see cref="MeasuredOperationLog"/> does for operations.</summary>
/// <remarks>
/// Not behind the operation log's pipelines: whoever appends or consumes activity waits and repeats in its own time, and trouble with it must not open a breaker that refuses people's edits.
/// </remarks>
internal sealed class MeasuredActivityLog(IActivityLog log) : IActivityLog
{
    private readonly Histogram.Child _append = Query(log, "append", "activity");
    private readonly Histogram.Child _read = Query(log, "read", "activity");
    private readonly Histogram.Child _list = Query(log, "list", "activity");
    private readonly Histogram.Child _head = Query(log, "head", "activity");
    private readonly Histogram.Child _trim = Query(log, "trim", "activity");
    private readonly Histogram.Child _readCursor = Query(log, "read", "activity_cursors");
    private readonly Histogram.Child _writeCursor = Query(log, "write", "activity_cursors");
    private readonly Histogram.Child _addLetters = Query(log, "append", "activity_dead_letters");
    private readonly Histogram.Child _listLetters = Query(log, "list", "activity_dead_letters");
    private readonly Histogram.Child _countLetters = Query(log, "count", "activity_dead_letters");
    private readonly Histogram.Child _deleteLetters = Query(log, "delete", "activity_dead_letters");
    private readonly Histogram.Child _trimLetters = Query(log, "trim", "activity_dead_letters");

    public string Store => log.Store;

    public ValueTask<ImmutableArray<long>> AppendAsync(IReadOnlyList<ActivityEvent> events, CancellationToken cancellation) =>
        MeasureAsync(_append, log.AppendAsync(events, cancellation));

    public ValueTask<ImmutableArray<ActivityEvent>> ReadAfterAsync(long position, int limit, CancellationToken cancellation) =>
        MeasureAsync(_read, log.ReadAfterAsync(position, limit, cancellation));

    public ValueTask<ImmutableArray<ActivityEvent>> ReadDocumentAsync(DocumentId document, long? before, int limit, CancellationToken cancellation) =>
        MeasureAsync(_list, log.ReadDocumentAsync(document, before, limit, cancellation));

    public ValueTask<long> ReadHeadAsync(CancellationToken cancellation) => MeasureAsync(_head, log.ReadHeadAsync(cancellation));

    public ValueTask<int> TrimAsync(DateTimeOffset before, int limit, CancellationToken cancellation) => MeasureAsync(_trim, log.TrimAsync(before, limit, cancellation));

    public ValueTask<ConsumerCursor?> ReadCursorAsync(string consumer, CancellationToken cancellation) =>
        MeasureAsync(_readCursor, log.ReadCursorAsync(consumer, cancellation));

    public ValueTask<ConsumerCursor> WriteCursorAsync(string consumer, ConsumerCursor cursor, CancellationToken cancellation) =>
        MeasureAsync(_writeCursor, log.WriteCursorAsync(consumer, cursor, cancellation));

    public async ValueTask AddDeadLettersAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellation) =>
        await MeasureAsync(_addLetters, AddAsync(letters, cancellation));

    public ValueTask<ImmutableArray<DeadLetter>> ListDeadLettersAsync(string consumer, long after, int limit, CancellationToken cancellation) =>
        MeasureAsync(_listLetters, log.ListDeadLettersAsync(consumer, after, limit, cancellation));

    public ValueTask<long> CountDeadLettersAsync(string consumer, CancellationToken cancellation) =>
        MeasureAsync(_countLetters, log.CountDeadLettersAsync(consumer, cancellation));

    public ValueTask<int> DeleteDeadLettersAsync(string consumer, IReadOnlyList<long> positions, CancellationToken cancellation) =>
        MeasureAsync(_deleteLetters, log.DeleteDeadLettersAsync(consumer, positions, cancellation));

    public ValueTask<int> TrimDeadLettersAsync(string consumer, DateTimeOffset before, int keep, int limit, CancellationToken cancellation) =>
        MeasureAsync(_trimLetters, log.TrimDeadLettersAsync(consumer, before, keep, limit, cancellation));

    private static Histogram.Child Query(IActivityLog log, string operation, string table) => LogMetrics.QuerySeconds.WithLabels(log.Store, operation, table);

    private async ValueTask<bool> AddAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellation)
    {
        await log.AddDeadLettersAsync(letters, cancellation);
        return true;
    }

    private ValueTask<T> MeasureAsync<T>(Histogram.Child seconds, ValueTask<T> call) => LogMetrics.MeasureAsync(log.Store, seconds, call);
}
