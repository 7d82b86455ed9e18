using System.Buffers;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Grains.Documents;
using Collab.Grains.Log;
using Collab.Operations;
using Collab.Operations.Deltas;
using Collab.Operations.Text;

namespace Collab.Benchmarks.Log;

/// <summary>A text that has been typed in and deleted from for long, written straight into a log.</summary>
internal static class WrittenHistory
{
    public const int DocumentLength = 50_000;

    private static readonly DocumentOptions Options = new();

    /// <summary>Creates the document and gives it so many operations; of the snapshots that the server would keep, if any, the newest lies 1,500 operations back at least.</summary>
    public static async Task WriteAsync(IOperationLog log, DocumentId id, long length, bool isKeepingSnapshots)
    {
        await log.CreateAsync(id, new NewDocument("text", ConflictPolicy.Merge, ""), DateTimeOffset.UtcNow, null, CancellationToken.None);
        await log.OpenAsync(id, CancellationToken.None);
        var random = new Random(1);
        var session = SessionId.New();
        IContent content = TextContent.Empty;
        var output = new ArrayBufferWriter<byte>();
        for (var revision = 0L; revision < length;)
        {
            var records = new LogRecord[(int)Math.Min(Options.SnapshotOperations, length - revision)];
            for (var i = 0; i < records.Length; i++)
            {
                var delta = Edit(random, content.Length, revision == 0);
                content = content.Apply(delta);
                output.ResetWrittenCount();
                delta.Encode(output);
                revision++;
                records[i] = new LogRecord(
                    new Revision(revision), session, revision, (ulong)revision, OperationEncoding.Encode(session, revision, "Ann", DateTimeOffset.UtcNow, output.WrittenSpan, []));
            }

            var append = new LogAppend(id, 1, records, DateTimeOffset.UtcNow);
            if ((await log.AppendAsync([append], CancellationToken.None))[0] != AppendOutcome.Durable)
                throw new InvalidOperationException($"{log.Store} did not take operations to {revision}.");
            // The newest is a way back, as it is on average.
            if (isKeepingSnapshots && revision <= length - 1_500)
                await log.WriteSnapshotAsync(id, new LogSnapshot(new Revision(revision), content.Hash(), SnapshotKeeper.Encode(content), DateTimeOffset.UtcNow), Options.SnapshotMilestoneOperations, CancellationToken.None);
        }
    }

    private static Delta Edit(Random random, int length, bool isFirst)
    {
        var builder = new DeltaBuilder(DeltaForm.Text);
        if (isFirst)
            return builder.Insert(new string('x', DocumentLength)).Build();
        var at = random.Next(length - 10);
        // About as long in the end as it was in the beginning.
        var count = random.Next(1, 8);
        builder.Retain(at);
        if (length > DocumentLength)
            return builder.Delete(count).Retain(length - at - count).Build();
        return builder.Insert("lorem ipsum"[..count]).Retain(length - at).Build();
    }
}
