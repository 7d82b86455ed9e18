using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Grains.Log;
using Collab.Operations;
using Collab.Tests.Log;

namespace Collab.Tests.Stress.Broken;

/// <summary>A log that takes everything and gives something else back. Whoever has the operations in memory does not notice.</summary>
internal sealed class BrokenLog(IOperationLog log, Fault fault, int every) : LogDecorator(log)
{
    private const int All = int.MaxValue;

    private long _appended;

    /// <summary>Operations that it took.</summary>
    public long Appended => Volatile.Read(ref _appended);

    public override async ValueTask<ImmutableArray<AppendOutcome>> AppendAsync(IReadOnlyList<LogAppend> appends, CancellationToken cancellation)
    {
        var outcomes = await base.AppendAsync(appends, cancellation);
        Interlocked.Add(ref _appended, appends.Sum(append => append.Records.Count));
        return outcomes;
    }

    public override async ValueTask<ImmutableArray<LogRecord>> ReadAsync(DocumentId id, Revision from, int limit, long bytesLimit, CancellationToken cancellation)
    {
        if (fault is not (Fault.LogDrops or Fault.LogDoubles or Fault.LogReorders or Fault.LogAlters))
            return await base.ReadAsync(id, from, limit, bytesLimit, cancellation);
        var records = Break(await base.ReadAsync(id, Revision.Zero, All, All, cancellation));
        return [.. records.Select((record, index) => record with { Revision = new Revision(index + 1) }).Skip((int)from.Value).Take(limit)];
    }

    public override async ValueTask<LogSnapshot?> ReadSnapshotAsync(DocumentId id, Revision atOrBefore, CancellationToken cancellation)
    {
        var snapshot = await base.ReadSnapshotAsync(id, atOrBefore, cancellation);
        if (fault != Fault.SnapshotAlters || snapshot is null || (await DescribeAsync(id, cancellation))?.Start is not { Value: > 0 } start || snapshot.Revision != start)
            return snapshot;
        byte[] content = Encoding.UTF8.GetBytes(Letters.Change(Encoding.UTF8.GetString(snapshot.Content.Span)));
        return snapshot with { Content = content, ContentHash = DocumentKinds.Find("text")!.DecodeContent(content).Hash() };
    }

    /// <summary>What a machine has after it went down that had acknowledged before it wrote.</summary>
    /// <param name="operations">How many of each document's newest are gone.</param>
    public async Task<MemoryOperationLog> ForgetAsync(int operations)
    {
        var left = new MemoryOperationLog();
        var (documents, _) = await ListAsync(null, 1000, CancellationToken.None);
        foreach (var document in documents)
        {
            var now = document.ModifiedAt;
            await left.CreateAsync(document.Id, new NewDocument(document.Kind, document.Policy, document.Title), now, null, CancellationToken.None);
            var records = await base.ReadAsync(document.Id, Revision.Zero, All, All, CancellationToken.None);
            if (records.Length > operations)
                await left.AppendAsync([new LogAppend(document.Id, 0, [.. records.SkipLast(operations)], now)], CancellationToken.None);
        }

        return left;
    }

    private IEnumerable<LogRecord> Break(ImmutableArray<LogRecord> records)
    {
        int turn = 0;
        for (int i = 0; i < records.Length; i++)
        {
            bool isTurn = (fault != Fault.LogAlters || Letters.HasLetter(DeltaOf(records[i]))) && ++turn % every == 0;
            if (!isTurn)
            {
                yield return records[i];
            }
            else if (fault == Fault.LogDoubles)
            {
                yield return records[i];
                yield return records[i];
            }
            else if (fault == Fault.LogReorders && i + 1 < records.Length)
            {
                turn++;
                yield return records[i + 1];
                yield return records[i++];
            }
            else if (fault == Fault.LogAlters)
            {
                yield return records[i] with { Encoded = Altered(records[i].Encoded) };
            }
        }
    }

    private static JsonArray DeltaOf(LogRecord record) => JsonNode.Parse(record.Encoded.Span)!["delta"]!.AsArray();

    private static byte[] Altered(ReadOnlyMemory<byte> encoded)
    {
        var operation = JsonNode.Parse(encoded.Span)!.AsObject();
        operation["delta"] = Letters.ChangeInserted(operation["delta"]!.AsArray());
        return Encoding.UTF8.GetBytes(operation.ToJsonString());
    }
}
