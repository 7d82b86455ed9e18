using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Contracts.Presence;
using Collab.Tests.Documents;

namespace Collab.Tests.Presence;

public sealed class PresenceGrainTests(GrainHost host) : IClassFixture<GrainHost>
{
    private readonly DocumentId _document = GrainHost.NewId();

    [Fact]
    public async Task The_latest_of_each_session_is_pushed_and_listed()
    {
        var presence = host.Presence(_document);
        var subscriber = new Subscriber();
        await presence.Listen(host.Grains.CreateObjectReference<IDocumentSubscriber>(subscriber), host.Listening, []);
        for (int i = 1; i <= 100; i++)
            await presence.Update(Entry("ada", i));
        await presence.Update(Entry("bob", 7));
        await Eventually.IsTrue(() => Latest(subscriber, "ada") == 100 && Latest(subscriber, "bob") == 7);
        Assert.InRange(subscriber.Presence.Count, 1, 100);
        Assert.Equal([("ada", 100L), ("bob", 7L)], (await presence.List()).Select(entry => (entry.Session.Value, entry.Revision.Value)).Order());
        GC.KeepAlive(subscriber);
    }

    [Fact]
    public async Task Who_leaves_is_pushed_as_left_and_a_stranger_leaving_is_not()
    {
        var presence = host.Presence(_document);
        var subscriber = new Subscriber();
        await presence.Listen(host.Grains.CreateObjectReference<IDocumentSubscriber>(subscriber), host.Listening, []);
        await presence.Update(Entry("ada", 1));
        await Eventually.IsTrue(() => Latest(subscriber, "ada") == 1);
        await presence.Leave(new SessionId("nobody"));
        await presence.Leave(new SessionId("ada"));
        await Eventually.IsTrue(() => subscriber.Presence.SelectMany(batch => batch.Left).Any());
        Assert.Equal([new SessionId("ada")], subscriber.Presence.SelectMany(batch => batch.Left).Distinct());
        Assert.Empty(await presence.List());
        GC.KeepAlive(subscriber);
    }

    [Fact]
    public async Task Batches_are_numbered_without_gaps_and_say_what_reading_says()
    {
        var presence = host.Presence(_document);
        var subscriber = new Subscriber();
        var standing = await presence.Listen(host.Grains.CreateObjectReference<IDocumentSubscriber>(subscriber), host.Listening, [new SessionId("stranger")]);
        Assert.Equal((0L, "stranger"), (standing.Version, Assert.Single(standing.Unknown).Value));
        for (int i = 1; i <= 3; i++)
        {
            await presence.Update(Entry("ada", i));
            await Eventually.IsTrue(() => subscriber.Presence.Count == i);
        }

        Assert.Equal([1L, 2L, 3L], subscriber.Presence.Select(batch => batch.Version));
        Assert.All(subscriber.Presence, batch => Assert.Equal((standing.Life, 0), (batch.Life, batch.Count)));
        var reading = await presence.Read();
        Assert.Equal((standing.Life, 3L, 0, 3L), (reading.Life, reading.Version, reading.Count, Assert.Single(reading.Entries).Revision.Value));
        GC.KeepAlive(subscriber);
    }

    [Fact]
    public async Task Of_a_crowd_the_first_are_named_and_those_who_show_something_and_the_rest_is_counted()
    {
        var presence = host.Presence(_document);
        var subscriber = new Subscriber();
        await presence.Listen(host.Grains.CreateObjectReference<IDocumentSubscriber>(subscriber), host.Listening, []);
        for (int i = 0; i < 300; i++)
            await presence.Update(Entry($"s{i:000}", 0));
        await Eventually.IsTrue(() => subscriber.Presence.Any(batch => batch.Count == 300));
        Assert.Equal(100, Named(subscriber).Count);
        await presence.Update(Entry("s200", 1) with { State = "{}"u8.ToArray() });
        await Eventually.IsTrue(() => Named(subscriber).Contains("s200"));
        Assert.Equal(101, (await presence.Read()).Entries.Length);
        // Whoever clears what it showed is one of the crowd again, and a named one that goes makes room.
        await presence.Update(Entry("s200", 2));
        await Eventually.IsTrue(() => !Named(subscriber).Contains("s200"));
        await presence.Depart(new SessionId("s000"), 0);
        await Eventually.IsTrue(() => subscriber.Presence.Any(batch => batch.Count == 299) && Named(subscriber).Count == 100);
        Assert.DoesNotContain("s000", Named(subscriber));
        GC.KeepAlive(subscriber);
    }

    // What a host knows that has taken every batch.
    private static HashSet<string> Named(Subscriber subscriber)
    {
        var named = new HashSet<string>();
        foreach (var batch in subscriber.Presence)
        {
            named.UnionWith(batch.Updates.Select(entry => entry.Session.Value));
            named.ExceptWith(batch.Left.Select(session => session.Value));
        }

        return named;
    }

    private static PresenceEntry Entry(string session, long revision) => new(new SessionId(session), session, "#112233", new Revision(revision), default);

    private static long Latest(Subscriber subscriber, string session) =>
        subscriber.Presence.SelectMany(batch => batch.Updates).LastOrDefault(entry => entry.Session.Value == session)?.Revision.Value ?? 0;
}
