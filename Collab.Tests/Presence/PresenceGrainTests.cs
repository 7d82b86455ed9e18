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
        await presence.Leave(new SessionId("nobody"));
        await presence.Leave(new SessionId("ada"));
        await Eventually.IsTrue(() => subscriber.Presence.SelectMany(batch => batch.Left).Any());
        Assert.Equal([new SessionId("ada")], subscriber.Presence.SelectMany(batch => batch.Left).Distinct());
        Assert.Empty(await presence.List());
        GC.KeepAlive(subscriber);
    }

    private static PresenceEntry Entry(string session, long revision) => new(new SessionId(session), session, "#112233", new Revision(revision), default);

    private static long Latest(Subscriber subscriber, string session) =>
        subscriber.Presence.SelectMany(batch => batch.Updates).LastOrDefault(entry => entry.Session.Value == session)?.Revision.Value ?? 0;
}
