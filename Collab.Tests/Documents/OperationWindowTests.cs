using System.Text;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Grains.Documents;
using Collab.Grains.Log;
using Collab.Operations;
using Collab.Operations.Deltas;

namespace Collab.Tests.Documents;

public sealed class OperationWindowTests
{
    [Fact]
    public void The_oldest_give_way_at_the_count_limit_and_revisions_stay_consecutive()
    {
        var window = new OperationWindow(Text, new Revision(100), operationsLimit: 50, bytesLimit: 1 << 30);
        for (int i = 1; i <= 173; i++)
        {
            window.Add(Entry(100 + i, 10));
            Assert.Equal(new Revision(100 + i), window.Head);
            Assert.Equal(Math.Min(i, 50), window.Count);
            Assert.All(Enumerable.Range(0, window.Count), k => Assert.Equal(window.Start + k + 1, window[k].Revision));
        }
    }

    [Fact]
    public void The_oldest_give_way_at_the_bytes_limit_but_the_newest_stays()
    {
        var window = new OperationWindow(Text, Revision.Zero, operationsLimit: 50, bytesLimit: 10_000);
        window.Add(Entry(1, 1_000));
        window.Add(Entry(2, 100_000));
        Assert.Equal((new Revision(1), 1), (window.Start, window.Count));
        window.Add(Entry(3, 10));
        Assert.Equal((new Revision(2), 1), (window.Start, window.Count));
        Assert.InRange(window.Bytes, 1, 10_000);
    }

    [Fact]
    public void An_older_operation_is_rebased_over_like_one_that_is_still_decoded()
    {
        var window = new OperationWindow(Text, Revision.Zero, operationsLimit: 4_096, bytesLimit: 1 << 30);
        var authority = new DocumentAuthority(Text, ConflictPolicy.Merge, new DocumentOptions(), Revision.Zero, Text.Initial);
        int count = 3 * OperationWindow.DecodedLimit;
        for (int i = 1; i <= count; i++)
        {
            byte[] encoded = OperationEncoding.Encode(
                new SessionId("s"), i, "Ada", DateTimeOffset.UnixEpoch, Encoding.UTF8.GetBytes(i == 1 ? "[\"x\"]" : $"[{i - 1},\"x\"]"), default);
            var record = new LogRecord(new Revision(i), new SessionId("s"), i, 0, encoded);
            authority.Replay(record);
            window.Add(authority.Entry(record));
        }

        for (int pass = 0; pass < 2; pass++)
        {
            for (int i = 0; i < count; i++)
            {
                var entry = window.Entry(i);
                Assert.Equal((new Revision(i + 1), "Ada"), (entry.Operation.Revision, entry.Author));
                Assert.Equal((i, i + 1), (((Delta)entry.Delta).BaseLength, ((Delta)entry.Delta).TargetLength));
            }
        }

        // From before the first of them: over every one, decoded or not.
        var lease = authority.Admit(new SessionId("late"), "Grace", null).Lease;
        var late = new Submission(new SessionId("late"), lease, 1, Revision.Zero, Encoding.UTF8.GetBytes("[\"y\"]"));
        var applied = Assert.IsType<Decision.Applied>(authority.Decide(late, [], DateTimeOffset.UnixEpoch));
        Assert.Equal((count, count + 1), (applied.RebaseDistance, applied.Content.Length));
    }

    private static IDocumentKind Text { get; } = DocumentKinds.Find("text")!;

    private static WindowEntry Entry(long revision, int bytes)
    {
        var delta = Text.DecodeDelta("[\"x\"]"u8, DeltaLimits.Default);
        return new WindowEntry(new CommittedOperation(new Revision(revision), new SessionId("s"), revision, new byte[bytes]), delta, "");
    }
}
