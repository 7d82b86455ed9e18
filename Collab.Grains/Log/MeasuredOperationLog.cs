using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Collab.Contracts.Documents;
using Prometheus;

namespace Collab.Grains.Log;

/// <summary>Times and counts every call of a store, whichever it is, so that no store has to.</summary>
public sealed class MeasuredOperationLog(IOperationLog log) : IOperationLog, IDisposable
{
    private readonly Histogram.Child _create = Query(log, "create", "documents");
    private readonly Histogram.Child _open = Query(log, "open", "documents");
    private readonly Histogram.Child _describe = Query(log, "describe", "documents");
    private readonly Histogram.Child _list = Query(log, "list", "documents");
    private readonly Histogram.Child _append = Query(log, "append", "operations");
    private readonly Histogram.Child _read = Query(log, "read", "operations");
    private readonly Histogram.Child _find = Query(log, "find", "operations");
    private readonly Histogram.Child _readSnapshot = Query(log, "read", "snapshots");
    private readonly Histogram.Child _writeSnapshot = Query(log, "write", "snapshots");
    private readonly Histogram.Child _listSnapshots = Query(log, "list", "snapshots");
    private readonly Histogram.Child _readStart = Query(log, "read", "sessions");
    private readonly Histogram.Child _trim = Query(log, "trim", "operations");
    private readonly Counter.Child _fenced = LogMetrics.FencedAppends.WithLabels(log.Store);

    public string Store => log.Store;

    public ValueTask<(DocumentDescription Document, bool IsNew)> CreateAsync(DocumentId id, NewDocument document, DateTimeOffset at, LogStart? start, CancellationToken cancellation) =>
        MeasureAsync(_create, log.CreateAsync(id, document, at, start, cancellation));

    public ValueTask<DocumentDescription?> OpenAsync(DocumentId id, CancellationToken cancellation) =>
        MeasureAsync(_open, log.OpenAsync(id, cancellation));

    public ValueTask<DocumentDescription?> DescribeAsync(DocumentId id, CancellationToken cancellation) =>
        MeasureAsync(_describe, log.DescribeAsync(id, cancellation));

    public ValueTask<(ImmutableArray<DocumentDescription> Documents, string? Next)> ListAsync(string? after, int limit, CancellationToken cancellation) =>
        MeasureAsync(_list, log.ListAsync(after, limit, cancellation));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ImmutableArray<AppendOutcome>> AppendAsync(IReadOnlyList<LogAppend> appends, CancellationToken cancellation)
    {
        var outcomes = await MeasureAsync(_append, log.AppendAsync(appends, cancellation));
        foreach (var outcome in outcomes)
        {
            if (outcome == AppendOutcome.Fenced)
                _fenced.Inc();
        }

        return outcomes;
    }

    public ValueTask<ImmutableArray<LogRecord>> ReadAsync(DocumentId id, Revision from, int limit, long bytesLimit, CancellationToken cancellation) =>
        MeasureAsync(_read, log.ReadAsync(id, from, limit, bytesLimit, cancellation));

    public ValueTask<AppliedSequence?> FindAsync(DocumentId id, SessionId session, long? sequence, CancellationToken cancellation) =>
        MeasureAsync(_find, log.FindAsync(id, session, sequence, cancellation));

    public ValueTask<LogSnapshot?> ReadSnapshotAsync(DocumentId id, Revision atOrBefore, CancellationToken cancellation) =>
        MeasureAsync(_readSnapshot, log.ReadSnapshotAsync(id, atOrBefore, cancellation));

    public ValueTask<ImmutableArray<SnapshotEntry>> ListSnapshotsAsync(DocumentId id, CancellationToken cancellation) =>
        MeasureAsync(_listSnapshots, log.ListSnapshotsAsync(id, cancellation));

    public async ValueTask WriteSnapshotAsync(DocumentId id, LogSnapshot snapshot, long milestoneOperations, CancellationToken cancellation) =>
        await MeasureAsync(_writeSnapshot, WriteAsync(id, snapshot, milestoneOperations, cancellation));

    public ValueTask<LogStart?> ReadStartAsync(DocumentId id, CancellationToken cancellation) =>
        MeasureAsync(_readStart, log.ReadStartAsync(id, cancellation));

    public ValueTask<bool> TrimAsync(DocumentId id, Revision to, int limit, CancellationToken cancellation) =>
        MeasureAsync(_trim, log.TrimAsync(id, to, limit, cancellation));

    public void Dispose() => (log as IDisposable)?.Dispose();

    private static Histogram.Child Query(IOperationLog log, string operation, string table) => LogMetrics.QuerySeconds.WithLabels(log.Store, operation, table);

    private async ValueTask<bool> WriteAsync(DocumentId id, LogSnapshot snapshot, long milestoneOperations, CancellationToken cancellation)
    {
        await log.WriteSnapshotAsync(id, snapshot, milestoneOperations, cancellation);
        return true;
    }

    private ValueTask<T> MeasureAsync<T>(Histogram.Child seconds, ValueTask<T> call) => LogMetrics.MeasureAsync(log.Store, seconds, call);
}
