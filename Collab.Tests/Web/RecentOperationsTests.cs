using System.Text;
using System.Text.Json;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Web.Delivery;

namespace Collab.Tests.Web;

public sealed class RecentOperationsTests
{
    private static readonly DocumentId Document = new("d");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whoever_comes_up_gets_exactly_what_follows(int seed)
    {
        var random = new Random(seed);
        int limit = random.Next(20_000, 300_000);
        var recent = new RecentOperations(Document, limit);
        var all = new List<CommittedOperation>();
        for (int step = 0; step < 1_500; step++)
        {
            var pushed = Enumerable.Range(all.Count + 1, random.Next(1, 6)).Select(revision => Operation(revision, random.Next(30) == 0 ? random.Next(30_000) : random.Next(100))).ToArray();
            all.AddRange(pushed);
            recent.Add(new FeedSegment(Document, pushed));
            // The newest that fit, and not one fewer: all of them and the one before would be over the limit.
            int kept = recent.First is { } first ? (int)(all[^1].Revision - first) + 1 : 0;
            Assert.True(Bytes(all, kept) <= limit && (kept == all.Count || Bytes(all, kept + 1) > limit - 20 * (kept + 1)), $"Seed {seed}, step {step}: {kept} are kept.");
            Assert.Equal((true, kept == all.Count), (recent.LeadsOnFrom(all[^1].Revision) || kept == 0, recent.LeadsOnFrom(Revision.Zero)));

            var from = new Revision(all.Count - random.Next(kept + 1));
            var following = recent.After(from);
            Assert.Equal(all[(int)from.Value..].Select(Text), following.SelectMany(Read));
            Assert.All(following.Zip(following.Skip(1)), pair => Assert.Equal(pair.First.Last.Next, pair.Second.First));
            Assert.Equal((from.Next, all[^1].Revision), following.Count == 0 ? (from.Next, from) : (following[0].First, following[^1].Last));
        }
    }

    [Fact]
    public void Those_who_come_up_from_one_place_share_one_message_until_something_follows()
    {
        var recent = Filled(10);
        var message = Assert.Single(recent.After(new Revision(4))).Message;
        Assert.Same(message, Assert.Single(recent.After(new Revision(4))).Message);
        recent.Add(new FeedSegment(Document, [Operation(11, 10)]));
        Assert.Equal(new Revision(11), Assert.Single(recent.After(new Revision(4))).Last);
    }

    [Fact]
    public void Who_misses_much_gets_it_in_pieces()
    {
        var recent = Filled(1_000);
        var pieces = recent.After(Revision.Zero);
        Assert.InRange(pieces.Count, 2, 10);
        Assert.All(pieces, piece => Assert.InRange(piece.Message.Bytes, 1, 40 << 10));
    }

    [Fact]
    public void Nothing_follows_the_newest_and_what_is_beyond_it()
    {
        var recent = Filled(10);
        Assert.Empty(recent.After(new Revision(10)));
        Assert.Empty(recent.After(new Revision(20)));
        recent.Clear();
        Assert.Null(recent.First);
        Assert.Empty(recent.After(new Revision(20)));
        Assert.False(recent.LeadsOnFrom(new Revision(10)));
    }

    [Fact]
    public void What_is_larger_than_the_limit_is_not_kept()
    {
        var recent = new RecentOperations(Document, 1_000);
        recent.Add(new FeedSegment(Document, [Operation(1, 10), Operation(2, 2_000)]));
        Assert.Null(recent.First);
        recent.Add(new FeedSegment(Document, [Operation(3, 10)]));
        Assert.Equal(new Revision(3), recent.First);
    }

    private static RecentOperations Filled(int count)
    {
        var recent = new RecentOperations(Document, 1 << 20);
        for (int i = 1; i <= count; i++)
            recent.Add(new FeedSegment(Document, [Operation(i, 100)]));
        return recent;
    }

    private static CommittedOperation Operation(int revision, int length) =>
        new(new Revision(revision), new SessionId("s"), revision, Encoding.UTF8.GetBytes($"{{\"sequence\":{revision},\"x\":\"{new string('x', length)}\"}}"));

    private static long Bytes(List<CommittedOperation> all, int newest) => all.TakeLast(newest).Sum(operation => operation.Encoded.Length);

    private static string Text(CommittedOperation operation) => Encoding.UTF8.GetString(operation.Encoded.Span);

    private static IEnumerable<string> Read(FeedSegment segment)
    {
        using var message = JsonDocument.Parse(segment.Message.Whole[..^1]);
        var argument = message.RootElement.GetProperty("arguments")[0];
        Assert.Equal((Document.Value, segment.First.Value), (argument.GetProperty("document").GetString(), argument.GetProperty("revision").GetInt64()));
        return [.. argument.GetProperty("operations").EnumerateArray().Select(operation => operation.GetRawText())];
    }
}
