using System.Collections.Immutable;
using Collab.Contracts;
using Collab.Grains.Log;
using Collab.Tests.Log;

namespace Collab.Tests.History;

/// <summary>Counts what is read of a log.</summary>
internal sealed class ReadCounts(IOperationLog log) : LogDecorator(log)
{
    public int Records { get; private set; }

    public int Snapshots { get; private set; }

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
