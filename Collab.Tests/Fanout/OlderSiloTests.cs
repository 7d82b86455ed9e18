using System.Text.Json;
using Collab.Contracts.Documents;
using Collab.Contracts.Presence;
using Collab.Contracts.Sessions;
using Collab.Tests.Web;
using Microsoft.Extensions.DependencyInjection;

namespace Collab.Tests.Fanout;

/// <summary>In the middle of an upgrade new web hosts work with silos of the version before, which do not have the methods that came since.</summary>
public sealed class OlderSiloTests
{
    [Fact]
    public async Task People_type_see_each_other_and_leave()
    {
        var silo = new VersionBefore();
        await using var hosts = await TwoHosts.StartAsync(
            new Dictionary<string, string?> { ["Collab:Delivery:RenewalInterval"] = "00:00:00.500" }, first: services => services.AddSingleton<IIncomingGrainCallFilter>(silo));
        string document = await hosts.First.CreateAsync();
        await using var bob = await hosts.Second.ConnectAsync();
        await bob.JoinAsync(document, "Bob");
        await using var ann = await hosts.First.ConnectAsync();
        string session = (await ann.JoinAsync(document)).GetProperty("session").GetString()!;
        await UntilAsync(bob, presence => presence.GetProperty("updates").EnumerateArray().Any(entry => entry.GetProperty("session").GetString() == session));
        await ann.SubmitAsync(document, 1, 0, "a");
        await bob.OperationsAsync(0, 1);
        await ann.SendAsync("leave", new { document });
        await UntilAsync(bob, presence => presence.GetProperty("left").EnumerateArray().Any(left => left.GetString() == session));
        Assert.True(silo.Unknown > 0);
    }

    private static async Task UntilAsync(HubClient client, Func<JsonElement, bool> fact)
    {
        while (!fact(await client.NextAsync("presence", "operations")))
        {
            // Something else about who is there.
        }
    }

    /// <summary>Answers calls of newer methods as Orleans does for a silo that has none of the name.</summary>
    private sealed class VersionBefore : IIncomingGrainCallFilter
    {
        private static readonly (Type Grain, string Method)[] Newer =
        [
            (typeof(IDocumentGrain), nameof(IDocumentGrain.Listen)), (typeof(IDocumentGrain), nameof(IDocumentGrain.Holds)), (typeof(IDocumentGrain), nameof(IDocumentGrain.ListSessions)),
            (typeof(IDocumentGrain), nameof(IDocumentGrain.Offer)),
            (typeof(IPresenceGrain), nameof(IPresenceGrain.Listen)), (typeof(IPresenceGrain), nameof(IPresenceGrain.Read)), (typeof(IPresenceGrain), nameof(IPresenceGrain.Introduce)),
            (typeof(IPresenceGrain), nameof(IPresenceGrain.Depart)), (typeof(ISessionGrain), nameof(ISessionGrain.Keep)),
        ];

        private int _unknown;

        public int Unknown => Volatile.Read(ref _unknown);

        public Task Invoke(IIncomingGrainCallContext context)
        {
            if (!Newer.Any(newer => newer.Grain.IsInstanceOfType(context.Grain) && newer.Method == context.MethodName))
                return context.Invoke();
            Interlocked.Increment(ref _unknown);
            throw new TypeLoadException($"Unable to resolve type alias \"{context.MethodName}\".");
        }
    }
}
