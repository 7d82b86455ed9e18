using System.Collections.Immutable;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Grains.Log;

namespace Collab.Tests.Log;

/// <summary>A log around another: override what should go wrong, or wait, or be seen.</summary>
public abstract class LogDecorator(IOperationLog log) : IOperationLog
{
    public virtual string Store => log.Store;

    public virtual ValueTask<(DocumentDescription Document, bool IsNew)> CreateAsync(
        DocumentId id, NewDocument document, DateTimeOffset at, LogStart? start, CancellationToken cancellation) => log.CreateAsync(id, document, at, start, cancellation);

    public virtual ValueTask<DocumentDescription?> OpenAsync(DocumentId id, CancellationToken cancellation) => log.OpenAsync(id, cancellation);

    public virtual ValueTask<DocumentDescription?> DescribeAsync(DocumentId id, CancellationToken cancellation) => log.DescribeAsync(id, cancellation);

    public virtual ValueTask<(ImmutableArray<DocumentDescription> Documents, string? Next)> ListAsync(
        string? after, int limit, CancellationToken cancellation) => log.ListAsync(after, limit, cancellation);

    public virtual ValueTask<ImmutableArray<AppendOutcome>> AppendAsync(IReadOnlyList<LogAppend> appends, CancellationToken cancellation) =>
        log.AppendAsync(appends, cancellation);

    public virtual ValueTask<ImmutableArray<LogRecord>> ReadAsync(
        DocumentId id, Revision from, int limit, long bytesLimit, CancellationToken cancellation) => log.ReadAsync(id, from, limit, bytesLimit, cancellation);

    public virtual ValueTask<AppliedSequence?> FindAsync(DocumentId id, SessionId session, long? sequence, CancellationToken cancellation) =>
        log.FindAsync(id, session, sequence, cancellation);

    public virtual ValueTask<LogSnapshot?> ReadSnapshotAsync(DocumentId id, Revision atOrBefore, CancellationToken cancellation) =>
        log.ReadSnapshotAsync(id, atOrBefore, cancellation);

    public virtual ValueTask<ImmutableArray<SnapshotEntry>> ListSnapshotsAsync(DocumentId id, CancellationToken cancellation) =>
        log.ListSnapshotsAsync(id, cancellation);

    public virtual ValueTask WriteSnapshotAsync(DocumentId id, LogSnapshot snapshot, long milestoneOperations, CancellationToken cancellation) =>
        log.WriteSnapshotAsync(id, snapshot, milestoneOperations, cancellation);

    public virtual ValueTask<LogStart?> ReadStartAsync(DocumentId id, CancellationToken cancellation) => log.ReadStartAsync(id, cancellation);

    public virtual ValueTask<bool> TrimAsync(DocumentId id, Revision to, int limit, CancellationToken cancellation) =>
        log.TrimAsync(id, to, limit, cancellation);
}
