using System.Collections.Immutable;
using Collab.Contracts;
using Collab.Contracts.Presence;
using Collab.Web.Delivery;

namespace Collab.Tests.Presence;

/// <summary>What a host knows of presence is what the grain has told, in whatever order it comes and whatever of it is lost.</summary>
public sealed class PresenceBoardTests
{
    private const long Life = 7;

    private static readonly DocumentId Document = new("d");

    private readonly PresenceBoard _board = new(Document);

    public PresenceBoardTests() => _board.Take(Reading(0));

    [Fact]
    public void A_batch_that_was_overtaken_changes_only_what_nobody_changed_since()
    {
        var second = _board.Take(Batch(2, [Entry("ada", 2)]));
        Assert.True(_board.IsBehind);
        Assert.Single(second.Updates);
        var first = _board.Take(Batch(1, [Entry("ada", 1), Entry("bob", 1)]));
        Assert.False(_board.IsBehind);
        Assert.Equal("bob", Assert.Single(first.Updates).Session.Value);
        Assert.Equal(["ada 2", "bob 1"], Shown());
    }

    [Fact]
    public void Who_left_is_not_brought_back_by_what_was_overtaken()
    {
        _board.Take(Batch(1, [Entry("ada", 1)]));
        Assert.Equal("ada", Assert.Single(_board.Take(Batch(3, [], "ada")).Left).Value);
        Assert.Empty(_board.Take(Batch(2, [Entry("ada", 2)])).Updates);
        Assert.Empty(Shown());
        Assert.Single(_board.Take(Batch(4, [Entry("ada", 4)])).Updates);
    }

    [Fact]
    public void A_lost_batch_shows_as_a_gap_and_reading_tells_only_what_is_new()
    {
        _board.Take(Batch(1, [Entry("ada", 1), Entry("bob", 1)]));
        _board.Take(Batch(3, [Entry("eve", 3)]));
        Assert.True(_board.IsBehind);
        Assert.False(_board.IsAt(Life, 3));
        var news = _board.Take(Reading(3, Entry("bob", 1), Entry("eve", 3), Entry("fay", 2)));
        Assert.False(_board.IsBehind);
        Assert.Equal(["fay"], news.Updates.Select(entry => entry.Session.Value));
        Assert.Equal(["ada"], news.Left.Select(session => session.Value));
        Assert.Equal(["bob 1", "eve 3", "fay 2"], Shown());
    }

    [Fact]
    public void What_was_read_before_it_came_does_not_undo_what_came_since()
    {
        _board.Take(Batch(1, [Entry("ada", 1)]));
        _board.Take(Batch(3, [Entry("ada", 3)], "bob"));
        // Read when only the second was missing, and the third on its way.
        var news = _board.Take(Reading(2, Entry("ada", 1), Entry("bob", 2), Entry("eve", 2)));
        Assert.Equal(["eve"], news.Updates.Select(entry => entry.Session.Value));
        Assert.False(_board.IsBehind);
        Assert.Equal(["ada 3", "eve 2"], Shown());
        Assert.Empty(_board.Take(Reading(1)).Left);
        Assert.Equal(["ada 3", "eve 2"], Shown());
    }

    [Fact]
    public void Another_life_of_the_grain_is_read_before_it_is_believed()
    {
        _board.Take(Batch(1, [Entry("ada", 1)]));
        Assert.Empty(_board.Take(Batch(1, [Entry("bob", 1)]) with { Life = Life + 1 }).Updates);
        Assert.True(_board.IsBehind);
        var news = _board.Take(Reading(1, Entry("bob", 1)) with { Life = Life + 1 });
        Assert.Equal(("bob", "ada"), (Assert.Single(news.Updates).Session.Value, Assert.Single(news.Left).Value));
        Assert.True(_board.IsAt(Life + 1, 1));
    }

    [Fact]
    public void A_crowd_is_told_by_the_newest_and_no_more_when_all_are_named()
    {
        _board.Take(Batch(1, [Entry("ada", 1)]) with { Count = 500 });
        Assert.Equal(500, _board.Crowd);
        _board.Take(Batch(3, []) with { Count = 700 });
        Assert.Equal(0, _board.Take(Batch(2, []) with { Count = 600 }).Count);
        Assert.Equal(700, _board.Crowd);
        Assert.Equal(1, _board.Take(Reading(4, Entry("ada", 1))).Count);
        Assert.Equal(0, _board.Crowd);
    }

    [Fact]
    public void What_a_silo_of_the_version_before_tells_is_taken_as_it_comes()
    {
        Assert.Single(_board.Take(new PresenceBatch(Document, [Entry("ada", 1)], [])).Updates);
        Assert.Single(_board.Take(new PresenceBatch(Document, [], [new SessionId("ada")])).Left);
        Assert.False(_board.IsAt(0, long.MaxValue));
        _board.Take(new PresenceReading(0, 0, 0, [Entry("bob", 1)]));
        Assert.Equal(["bob 1"], Shown());
    }

    private string[] Shown() => [.. _board.Entries.Select(entry => $"{entry.Session} {entry.Revision}").Order(StringComparer.Ordinal)];

    private static PresenceBatch Batch(long version, ImmutableArray<PresenceEntry> updates, params string[] left) =>
        new(Document, updates, [.. left.Select(session => new SessionId(session))], version, 0, Life);

    private static PresenceReading Reading(long version, params PresenceEntry[] entries) => new(Life, version, 0, [.. entries]);

    private static PresenceEntry Entry(string session, long revision) => new(new SessionId(session), session, "#112233", new Revision(revision), default);
}
