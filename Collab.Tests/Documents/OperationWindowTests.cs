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
            Add(window, 10);
            Assert.Equal(new Revision(100 + i), window.Head);
            Assert.Equal(Math.Min(i, 50), window.Count);
            Assert.All(Enumerable.Range(0, window.Count), k => Assert.Equal((window.Start + k + 1, 100L + i - window.Count + k + 1), (window[k].Revision, window[k].Sequence)));
        }
    }

    [Fact]
    public void The_oldest_give_way_at_the_bytes_limit_but_the_newest_stays()
    {
        var window = new OperationWindow(Text, Revision.Zero, operationsLimit: 50, bytesLimit: 10_000);
        Add(window, 1_000);
        Add(window, 100_000);
        Assert.Equal((new Revision(1), 1), (window.Start, window.Count));
        Add(window, 10);
        Assert.Equal((new Revision(2), 1), (window.Start, window.Count));
        Assert.InRange(window.Bytes, 1, 10_000);
    }

    [Fact]
    public void What_is_decoded_counts_until_it_is_let_go()
    {
        var window = new OperationWindow(Text, Revision.Zero, operationsLimit: 50, bytesLimit: 1 << 30);
        Add(window, 1_000);
        long newest = window.Bytes;
        Add(window, 10);
        Assert.InRange(newest - window.Bytes, 1_900, 2_000);
    }

    [Fact]
    public void An_older_operation_is_rebased_over_like_one_that_is_still_decoded()
    {
        var window = new OperationWindow(Text, Revision.Zero, operationsLimit: 4_096, bytesLimit: 1 << 30);
        var authority = new DocumentAuthority(Text, ConflictPolicy.Merge, new DocumentOptions(), epoch: 1, Revision.Zero, Text.Initial);
        const int Count = 200;
        for (int i = 1; i <= Count; i++)
        {
            byte[] encoded = OperationEncoding.Encode(
                new SessionId("s"), i, "Ada", DateTimeOffset.UnixEpoch, Encoding.UTF8.GetBytes(i == 1 ? "[\"x\"]" : $"[{i - 1},\"x\"]"), default);
            var record = new LogRecord(new Revision(i), new SessionId("s"), i, 0, encoded);
            authority.Replay(record);
            window.Add(record.Session, i, "Ada", encoded, authority.Entry(record).Delta);
        }

        for (int pass = 0; pass < 2; pass++)
        {
            for (int i = 0; i < Count; i++)
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
        Assert.Equal((Count, Count + 1), (applied.RebaseDistance, applied.Content.Length));
    }

    /// <summary>Whatever is added, asked for and given way to: the same as a plain list of everything. What readers hold stays as it was, also long after it gave way.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void It_is_like_a_list_of_all_operations(int seed)
    {
        var random = new Random(seed);
        int operationsLimit = random.Next(16, 300);
        long bytesLimit = random.Next(20_000, 200_000);
        var window = new OperationWindow(Text, new Revision(7), operationsLimit, bytesLimit);
        var all = new List<(CommittedOperation Operation, byte[] Encoded, Delta Delta, string Author)>();
        for (int step = 0; step < 4_000; step++)
        {
            if (random.Next(3) < 2)
            {
                string text = new((char)random.Next('a', 'z'), random.Next(20) == 0 ? random.Next(8_000) : random.Next(1, 60));
                var delta = (Delta)Text.DecodeDelta(Encoding.UTF8.GetBytes($"[{random.Next(1, 100)},\"{text}\"]"), DeltaLimits.Default);
                var session = new SessionId($"s{random.Next(3)}");
                string author = $"author {random.Next(3)}";
                byte[] encoded = OperationEncoding.Encode(session, step, author, DateTimeOffset.UnixEpoch, Bytes(delta), default);
                all.Add((new CommittedOperation(window.Head.Next, session, step, window.Add(session, step, author, encoded, delta)), encoded, delta, author));
                Assert.True(window.Count == 1 || (window.Count <= operationsLimit && window.Bytes <= bytesLimit), $"Seed {seed}, step {step}: {window.Count} operations of {window.Bytes} bytes.");
            }
            else if (window.Count > 0)
            {
                // Mostly near the head; now and then from far back to the head, as a rebase asks.
                int from = random.Next(10) == 0 ? random.Next(window.Count) : Math.Max(0, window.Count - random.Next(1, 8));
                for (int i = from; i < window.Count; i++)
                    Assert.True(all[all.Count - window.Count + i].Delta.Equals((Delta)window.Delta(i)), $"Seed {seed}, step {step}: the delta of {window.Start + i + 1} is another.");
            }

            Assert.Equal((all.Count, all.Count - window.Count), (window.Head - new Revision(7), window.Evictions));
            if (window.Count == 0)
                continue;
            int at = random.Next(window.Count);
            var (operation, bytes, _, by) = all[all.Count - window.Count + at];
            var entry = window.Entry(at);
            Assert.Equal((operation, by), (entry.Operation, entry.Author));
            Assert.True(bytes.AsSpan().SequenceEqual(entry.Operation.Encoded.Span), $"Seed {seed}, step {step}: the bytes of {operation.Revision} are others.");
        }

        Assert.All(all, kept => Assert.True(kept.Encoded.AsSpan().SequenceEqual(kept.Operation.Encoded.Span), $"Seed {seed}: what was handed out as {kept.Operation.Revision} has changed."));
    }

    private static IDocumentKind Text { get; } = DocumentKinds.Find("text")!;

    private static byte[] Bytes(Delta delta)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        delta.Encode(output);
        return output.WrittenSpan.ToArray();
    }

    private static void Add(OperationWindow window, int bytes)
    {
        var delta = Text.DecodeDelta("[\"x\"]"u8, DeltaLimits.Default);
        window.Add(new SessionId("s"), window.Head.Value + 1, "", new byte[bytes], delta);
    }
}
