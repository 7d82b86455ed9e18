using System.Net;

namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>A subject is in a document with two connections, and its role there is taken away.</summary>
/// <param name="key">Of the subject <c>key:tests</c>.</param>
internal sealed class RoleIsTakenAway(string key) : Scenario
{
    private const string Hits = "collab_cache_hits_total{cache=\"permissions\"}";

    public override IEnumerable<Move> Moves =>
    [
        Move.By("collab_sessions_closed_total{reason=\"permission_revoked\"}", 2),
        Move.By("collab_session_duration_seconds_count{reason=\"permission_revoked\"}", 2),
        Move.AtLeast("collab_access_changes_total{kind=\"permission\"}", 1),
        Move.By("collab_auth_attempts_total{result=\"accepted\",kind=\"handshake\"}", 2),
        Move.By("collab_store_query_duration_seconds_count{operation=\"write\",table=\"access_grants\"}", 1),
        Move.AtLeast("collab_cache_misses_total{cache=\"permissions\"}", 1),
        Move.AtLeast(Hits, 1),
        Move.Shows("collab_active_users", 0),
        Move.AtLeast("collab_grain_calls_total{grain=\"AccessGrain\"}", 1),
        Move.AtLeast("collab_grain_calls_total{grain=\"UserGrain\"}", 2),
    ];

    public override async Task HappenAsync(Stage stage)
    {
        string document = await stage.CreateAsync();
        var one = await stage.ConnectAsync(key: key);
        var two = await stage.ConnectAsync(key: key);
        await stage.JoinAsync(one, document);
        await stage.JoinAsync(two, document);
        await Eventually.IsTrue(async () => (await stage.ScrapeAsync()).Sum("collab_active_users") == 1, "two sessions of a subject are one user");
        // What was asked for before a change is not kept, and that the document was created may be told only now.
        await Eventually.IsTrue(
            async () =>
            {
                await stage.SendAsync(HttpMethod.Get, $"/api/documents/{document}", key: key);
                return (await stage.ScrapeAsync()).Sum(Hits) > stage.Before.Sum(Hits);
            },
            "a role is known when it is asked for again");
        Assert.Equal(HttpStatusCode.OK, (await stage.SendAsync(HttpMethod.Put, $"/api/documents/{document}/permissions/key:tests", new { role = "none" })).Status);
        foreach (var client in new[] { one, two })
            Assert.Equal("permission_revoked", (await client.NextAsync("closed")).GetProperty("reason").GetString());
    }
}
