using System.Collections.Immutable;
using Collab.Contracts;
using Collab.Grains.Log;
using Collab.Tests.Log;

namespace Collab.Benchmarks.Log;

/// <summary>Counts what passes: commits, and operations read.</summary>
internal sealed class CountedLog(IOperationLog log) : LogDecorator(log)
{
    public long Batches { get; private set; }

    public long OperationsRead { get; private set; }

    public override ValueTask<ImmutableArray<AppendOutcome>> AppendAsync(IReadOnlyList<LogAppend> appends, CancellationToken cancellation)
    {
        Batches++;
        return base.AppendAsync(appends, cancellation);
    }

    public override async ValueTask<ImmutableArray<LogRecord>> ReadAsync(DocumentId id, Revision from, int limit, long bytesLimit, CancellationToken cancellation)
    {
        var records = await base.ReadAsync(id, from, limit, bytesLimit, cancellation);
        OperationsRead += records.Length;
        return records;
    }
}
