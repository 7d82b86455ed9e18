using System.Net;
using Collab.Tests.Web;

namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>People come with access tokens; one ends by itself, one is revoked, and one was never any.</summary>
/// <param name="key">That gives tokens out.</param>
internal sealed class TokensEnd(string key) : Scenario
{
    public override IEnumerable<Move> Moves =>
    [
        // It has lost its session, which waits for a newer token until its grace is over.
        Move.By("collab_sessions_closed_total{reason=\"token_expired\"}", 1),
        Move.By("collab_session_duration_seconds_count{reason=\"token_expired\"}", 1),
        Move.By("collab_sessions_closed_total{reason=\"permission_revoked\"}", 1),
        Move.AtLeast("collab_access_changes_total{kind=\"revocation\"}", 1),
        Move.Shows("collab_access_revocations", 1),
        Move.AtLeast("collab_auth_attempts_total{result=\"accepted\",kind=\"message\"}", 2),
        Move.AtLeast("collab_auth_attempts_total{result=\"refused\",kind=\"message\"}", 1),
        Move.AtLeast("collab_auth_attempts_total{result=\"accepted\",kind=\"request\"}", 3),
        Move.AtLeast("collab_websocket_messages_total{type=\"authenticate\",direction=\"in\"}", 3),
        Move.AtLeast("collab_messages_sent_total{type=\"authenticated\"}", 2),
        Move.By("collab_store_query_duration_seconds_count{operation=\"write\",table=\"access_revocations\"}", 1),
    ];

    public override async Task HappenAsync(Stage stage)
    {
        string document = await stage.CreateAsync();
        var shortLived = await stage.ConnectAsync();
        // On a busy machine it may have ended before it is looked at.
        do
        {
            await shortLived.SendAsync("authenticate", new { token = (await IssueAsync(stage, "ann", lifetime: 5)).Token });
        }
        while ((await shortLived.NextAsync("authenticated", "refused")).GetProperty("target").GetString() == "refused");
        await shortLived.SendAsync("join", new { document, version = 1 });

        var revoked = await stage.ConnectAsync();
        var (token, id) = await IssueAsync(stage, "bob", lifetime: 600);
        await revoked.SendAsync("authenticate", new { token });
        await revoked.NextAsync("authenticated");
        await stage.JoinAsync(revoked, document);
        Assert.Equal(HttpStatusCode.NoContent, (await stage.SendAsync(HttpMethod.Post, "/api/tokens/revoke", new { id }, key)).Status);
        Assert.Equal("permission_revoked", (await revoked.NextAsync("closed")).GetProperty("reason").GetString());

        var stranger = await stage.ConnectAsync();
        await stranger.SendAsync("authenticate", new { token = "made-up" });
        Assert.Equal("unauthenticated", (await stranger.NextAsync("refused")).GetProperty("reason").GetString());
        await WhenExpiredAsync(stage, shortLived, document);
    }

    /// <summary>Waits until the token has ended, and where it did so before its holder was in, has the holder come once more.</summary>
    private async Task WhenExpiredAsync(Stage stage, HubClient client, string document)
    {
        while (true)
        {
            var told = await client.NextAsync("joined", "closed", "refused");
            string target = told.GetProperty("target").GetString()!;
            if (target == "closed")
            {
                Assert.Equal("token_expired", told.GetProperty("reason").GetString());
                return;
            }

            if (target == "joined")
                continue;
            await client.SendAsync("authenticate", new { token = (await IssueAsync(stage, "ann", lifetime: 10)).Token });
            await client.SendAsync("join", new { document, version = 1 });
            await client.NextAsync("authenticated", "refused");
        }
    }

    private async Task<(string Token, string Id)> IssueAsync(Stage stage, string subject, int lifetime)
    {
        var answer = await stage.SendAsync(HttpMethod.Post, "/api/tokens", new { subject, documents = "*", role = "editor", lifetime }, key);
        Assert.True(answer.Status == HttpStatusCode.Created, answer.Body);
        return (answer.Json.GetProperty("token").GetString()!, answer.Json.GetProperty("id").GetString()!);
    }
}
