using System.Collections.Immutable;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Grains.Log;

namespace Collab.Benchmarks.Log;

/// <summary>Counts what passes: commits, and operations read.</summary>
internal sealed class CountedLog(IOperationLog log) : IOperationLog
{
    public string Store => log.Store;

    public long Batches { get; private set; }

    public long OperationsRead { get; private set; }

    public ValueTask<ImmutableArray<AppendOutcome>> AppendAsync(IReadOnlyList<LogAppend> appends, CancellationToken cancellation)
    {
        Batches++;
        return log.AppendAsync(appends, cancellation);
    }

    public async ValueTask<ImmutableArray<LogRecord>> ReadAsync(DocumentId id, Revision from, int limit, long bytesLimit, CancellationToken cancellation)
    {
        var records = await log.ReadAsync(id, from, limit, bytesLimit, cancellation);
        OperationsRead += records.Length;
        return records;
    }

    public ValueTask<(DocumentDescription Document, bool IsNew)> CreateAsync(DocumentId id, NewDocument document, DateTimeOffset at, LogStart? start, CancellationToken cancellation) =>
        log.CreateAsync(id, document, at, start, cancellation);

    public ValueTask<DocumentDescription?> OpenAsync(DocumentId id, CancellationToken cancellation) => log.OpenAsync(id, cancellation);

    public ValueTask<DocumentDescription?> DescribeAsync(DocumentId id, CancellationToken cancellation) => log.DescribeAsync(id, cancellation);

    public ValueTask<(ImmutableArray<DocumentDescription> Documents, string? Next)> ListAsync(string? after, int limit, CancellationToken cancellation) =>
        log.ListAsync(after, limit, cancellation);

    public ValueTask<AppliedSequence?> FindAsync(DocumentId id, SessionId session, long? sequence, CancellationToken cancellation) =>
        log.FindAsync(id, session, sequence, cancellation);

    public ValueTask<LogSnapshot?> ReadSnapshotAsync(DocumentId id, Revision atOrBefore, CancellationToken cancellation) => log.ReadSnapshotAsync(id, atOrBefore, cancellation);

    public ValueTask<ImmutableArray<SnapshotEntry>> ListSnapshotsAsync(DocumentId id, CancellationToken cancellation) => log.ListSnapshotsAsync(id, cancellation);

    public ValueTask WriteSnapshotAsync(DocumentId id, LogSnapshot snapshot, long milestoneOperations, CancellationToken cancellation) =>
        log.WriteSnapshotAsync(id, snapshot, milestoneOperations, cancellation);

    public ValueTask<LogStart?> ReadStartAsync(DocumentId id, CancellationToken cancellation) => log.ReadStartAsync(id, cancellation);

    public ValueTask<bool> TrimAsync(DocumentId id, Revision to, int limit, CancellationToken cancellation) => log.TrimAsync(id, to, limit, cancellation);
}
