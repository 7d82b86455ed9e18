using System.Text.Json;
using Collab.Contracts.Documents;
using Collab.Contracts.Presence;
using Collab.Tests.Web;
using Microsoft.Extensions.DependencyInjection;

namespace Collab.Tests.Fanout;

/// <summary>Presence that got lost on the way to a host is noticed and read, so that nobody stays who is not there.</summary>
public sealed class PresenceLossTests : IAsyncLifetime
{
    private readonly Loss _loss = new();
    private TwoHosts _hosts = null!;

    public async Task InitializeAsync() => _hosts = await TwoHosts.StartAsync(
        new Dictionary<string, string?> { ["Collab:Delivery:RenewalInterval"] = "00:00:00.500" }, first: services => services.AddSingleton<IIncomingGrainCallFilter>(_loss));

    public async Task DisposeAsync() => await _hosts.DisposeAsync();

    [Fact]
    public async Task A_lost_goodbye_that_nothing_follows_is_found_at_the_next_renewal()
    {
        string document = await _hosts.First.CreateAsync();
        await using var bob = await _hosts.Second.ConnectAsync();
        await bob.JoinAsync(document, "Bob");
        await using var ann = await _hosts.First.ConnectAsync();
        string session = (await ann.JoinAsync(document)).GetProperty("session").GetString()!;
        await UntilAsync(bob, presence => Sessions(presence).Contains(session));
        _loss.Loses = batch => !batch.Left.IsEmpty;
        await ann.SendAsync("leave", new { document });
        await UntilAsync(bob, presence => Left(presence).Contains(session));
        Assert.True(_loss.Lost > 0);
    }

    [Fact]
    public async Task A_lost_change_is_read_when_the_next_one_comes_and_only_what_is_new_is_told()
    {
        string document = await _hosts.First.CreateAsync();
        await using var bob = await _hosts.Second.ConnectAsync();
        await bob.JoinAsync(document, "Bob");
        await using var ann = await _hosts.First.ConnectAsync();
        await using var eve = await _hosts.First.ConnectAsync();
        string annSession = (await ann.JoinAsync(document)).GetProperty("session").GetString()!;
        string eveSession = (await eve.JoinAsync(document, "Eve")).GetProperty("session").GetString()!;
        var known = new HashSet<string>();
        await UntilAsync(bob, presence =>
        {
            known.UnionWith(Sessions(presence));
            return known.Contains(annSession) && known.Contains(eveSession);
        });
        await eve.SendAsync("presence", new { document, revision = 0, state = new { at = "before" } });
        await UntilAsync(bob, presence => StateOf(presence, eveSession) == "before");
        _loss.Loses = batch => batch.Updates.Any(entry => entry.Session.Value == annSession);
        await ann.SendAsync("presence", new { document, revision = 0, state = new { at = "lost" } });
        await Eventually.IsTrue(() => _loss.Lost > 0);
        _loss.Loses = _ => false;
        bool isEveRepeated = false;
        await UntilAsync(bob, presence =>
        {
            isEveRepeated |= StateOf(presence, eveSession) == "before";
            return StateOf(presence, annSession) == "lost";
        });
        Assert.False(isEveRepeated);
    }

    private static IEnumerable<string> Sessions(JsonElement presence) => presence.GetProperty("updates").EnumerateArray().Select(entry => entry.GetProperty("session").GetString()!);

    private static IEnumerable<string> Left(JsonElement presence) => presence.GetProperty("left").EnumerateArray().Select(session => session.GetString()!);

    private static string? StateOf(JsonElement presence, string session) => presence.GetProperty("updates").EnumerateArray()
        .Where(entry => entry.GetProperty("session").GetString() == session && entry.GetProperty("state").ValueKind == JsonValueKind.Object)
        .Select(entry => entry.GetProperty("state").GetProperty("at").GetString()).LastOrDefault();

    private static async Task UntilAsync(HubClient client, Func<JsonElement, bool> fact)
    {
        while (!fact(await client.NextAsync("presence")))
        {
            // Something else about who is there.
        }
    }

    /// <summary>Loses what is pushed of presence, as it is chosen.</summary>
    private sealed class Loss : IIncomingGrainCallFilter
    {
        private int _lost;

        public Func<PresenceBatch, bool> Loses { get; set; } = _ => false;

        public int Lost => Volatile.Read(ref _lost);

        public Task Invoke(IIncomingGrainCallContext context)
        {
            if (context.Grain is not IDocumentSubscriber || context.MethodName != nameof(IDocumentSubscriber.PushPresence) || !Loses((PresenceBatch)context.Request.GetArgument(0)!))
                return context.Invoke();
            Interlocked.Increment(ref _lost);
            return Task.CompletedTask;
        }
    }
}
