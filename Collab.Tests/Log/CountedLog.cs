using System.Collections.Immutable;
using Collab.Contracts;
using Collab.Grains.Log;

namespace Collab.Tests.Log;

/// <summary>Counts what passes: commits, and what is read.</summary>
internal sealed class CountedLog(IOperationLog log) : LogDecorator(log)
{
    public int Batches { get; private set; }

    public int Records { get; private set; }

    public int Snapshots { get; private set; }

    public override ValueTask<ImmutableArray<AppendOutcome>> AppendAsync(IReadOnlyList<LogAppend> appends, CancellationToken cancellation)
    {
        Batches++;
        return base.AppendAsync(appends, cancellation);
    }

    public override async ValueTask<ImmutableArray<LogRecord>> ReadAsync(DocumentId id, Revision from, int limit, long bytesLimit, CancellationToken cancellation)
    {
        var records = await base.ReadAsync(id, from, limit, bytesLimit, cancellation);
        Records += records.Length;
        return records;
    }

    public override ValueTask<LogSnapshot?> ReadSnapshotAsync(DocumentId id, Revision atOrBefore, CancellationToken cancellation)
    {
        Snapshots++;
        return base.ReadSnapshotAsync(id, atOrBefore, cancellation);
    }
}
