using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Collab.Tests.Web;
using Collab.Tests.Web.Security;

namespace Collab.Tests.EndToEnd;

/// <summary>Each way in which a session ends, and each way to come back to one, is counted as what it is, once. In a process of its own, so that the counts are the test's.</summary>
public sealed class SessionEndTests
{
    [Fact]
    public async Task A_session_ends_for_a_reason_and_is_counted_under_it_once_with_its_duration()
    {
        await using var server = await ServerProcess.StartAsync(
            "Collab:Sessions:Grace=00:00:01", "Collab:Delivery:DrainPeriod=00:01:00", "Collab:Delivery:DrainDelay=00:00:00");
        using var http = new HttpClient { BaseAddress = server.Url };
        string document = await CreateAsync(http);

        await using var leaver = await ConnectAsync(server);
        await leaver.JoinAsync(document);
        await leaver.SendAsync("leave", new { document });
        await CountsAsync(server, "normal_close", 1);

        await using (var lost = await ConnectAsync(server))
            await lost.JoinAsync(document);
        await CountsAsync(server, "transport_failed", 1);

        await using var kicked = await ConnectAsync(server);
        string session = Session(await kicked.JoinAsync(document));
        using (var answer = await http.DeleteAsync($"/api/documents/{document}/sessions/{session}"))
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        var closed = await kicked.NextAsync("closed");
        Assert.Equal(("kicked", "give_up"), (closed.GetProperty("reason").GetString(), closed.GetProperty("action").GetString()));
        using (var answer = await http.DeleteAsync($"/api/documents/{document}/sessions/{session}"))
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        await CountsAsync(server, "kicked", 1);

        // It does not leave when it is told, so that the host has a minute left to be asked.
        await using var last = await ConnectAsync(server);
        await last.JoinAsync(document);
        using (var term = Process.Start("kill", ["-TERM", $"{server.Process.Id}"]))
            await term.WaitForExitAsync();
        Assert.Equal("server_shutdown", (await last.NextAsync("closed")).GetProperty("reason").GetString());
        await CountsAsync(server, "server_shutdown", 1);
        var scrape = await Scrape.OfAsync(server.Url);
        Assert.Equal((4, 0), (scrape["collab_sessions_total"], scrape["collab_active_sessions"]));
        foreach (string reason in (string[])["normal_close", "transport_failed", "kicked", "server_shutdown"])
            Assert.Equal((reason, 1), (reason, scrape[$"collab_sessions_closed_total{{reason=\"{reason}\"}}"]));
    }

    [Fact]
    public async Task A_session_whose_person_does_nothing_is_closed_and_its_client_comes_back_with_its_token()
    {
        await using var server = await ServerProcess.StartAsync("Collab:Sessions:IdleTimeout=00:00:01");
        using var http = new HttpClient { BaseAddress = server.Url };
        string document = await CreateAsync(http);
        await using var idle = await ConnectAsync(server);
        var joined = await idle.JoinAsync(document);
        var closed = await idle.NextAsync("closed");
        Assert.Equal(("inactive_timeout", "resync"), (closed.GetProperty("reason").GetString(), closed.GetProperty("action").GetString()));
        await CountsAsync(server, "inactive_timeout", 1);
        Assert.Equal(Session(joined), Session(await idle.JoinAsync(document, resume: Resume(joined), revision: 0)));
    }

    [Fact]
    public async Task A_subject_is_a_user_as_long_as_it_has_a_session_and_losing_its_role_ends_that()
    {
        string key = Credentials.NewKey();
        await using var server = await ServerProcess.StartAsync("Collab:Access:ApiKeys:0:Name=tests", $"Collab:Access:ApiKeys:0:Hash={Credentials.Hash(key)}");
        using var http = new HttpClient { BaseAddress = server.Url };
        string document = await CreateAsync(http);
        await using var one = await HubClient.ConnectWithAsync(new Uri(server.Url, "/collab"), "X-Api-Key", key);
        await using var two = await HubClient.ConnectWithAsync(new Uri(server.Url, "/collab"), "X-Api-Key", key);
        await using var stranger = await ConnectAsync(server);
        foreach (var client in (HubClient[])[one, two, stranger])
            await client.JoinAsync(document);
        await Eventually.IsTrue(async () => (await Scrape.OfAsync(server.Url))["collab_active_users"] == 1, "two sessions of a subject are one user, those of nobody are none");

        using var role = new StringContent("""{"role":"none"}""", System.Text.Encoding.UTF8, "application/json");
        using (var answer = await http.PutAsync($"/api/documents/{document}/permissions/key:tests", role))
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        foreach (var client in (HubClient[])[one, two])
            Assert.Equal("permission_revoked", (await client.NextAsync("closed")).GetProperty("reason").GetString());
        await CountsAsync(server, "permission_revoked", 2);
        await Eventually.IsTrue(async () => (await Scrape.OfAsync(server.Url))["collab_active_users"] == 0, "who has no session is no user");
        Assert.Equal(1, (await Scrape.OfAsync(server.Url))["collab_active_sessions"]);
    }

    [Fact]
    public async Task Coming_back_is_counted_by_what_became_of_it()
    {
        await using var server = await ServerProcess.StartAsync();
        using var http = new HttpClient { BaseAddress = server.Url };
        string document = await CreateAsync(http);
        await using var client = await ConnectAsync(server);
        var first = await client.JoinAsync(document);
        var second = await client.JoinAsync(document, resume: Resume(first));
        await client.JoinAsync(document, resume: Resume(second));
        await RefusedAsync(client, document, Resume(first));
        await RefusedAsync(client, document, new { session = Session(first), token = "AAAA" });
        var scrape = await Scrape.OfAsync(server.Url);
        Assert.Equal(2, scrape["collab_session_resumes_total{result=\"resumed\"}"]);
        Assert.Equal(2, scrape["collab_session_resumes_total{result=\"refused\"}"]);
        Assert.Equal(0, scrape["collab_session_resumes_total{result=\"expired\"}"]);
        Assert.Equal(1, scrape["collab_sessions_total"]);
    }

    private static object Resume(JsonElement joined) => new { session = Session(joined), token = joined.GetProperty("token").GetString() };

    private static string Session(JsonElement joined) => joined.GetProperty("session").GetString()!;

    private static async Task RefusedAsync(HubClient client, string document, object resume)
    {
        await client.SendAsync("join", new { document, version = 1, resume });
        while (true)
        {
            var answer = await client.NextAsync("refused", "closed");
            if (answer.GetProperty("target").GetString() == "closed")
                continue;
            Assert.Equal("token_invalid", answer.GetProperty("reason").GetString());
            return;
        }
    }

    private static async Task<string> CreateAsync(HttpClient http)
    {
        string id = $"d-{Guid.NewGuid():N}";
        using var content = new StringContent($$"""{"id":"{{id}}","kind":"text"}""", System.Text.Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync("/api/documents", content);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return id;
    }

    private static Task<HubClient> ConnectAsync(ServerProcess server) => HubClient.ConnectAsync(new Uri(server.Url, "/collab"), null, null);

    private static Task CountsAsync(ServerProcess server, string reason, int count) => Eventually.IsTrue(
        async () =>
        {
            var scrape = await Scrape.OfAsync(server.Url);
            return scrape[$"collab_sessions_closed_total{{reason=\"{reason}\"}}"] == count && scrape[$"collab_session_duration_seconds_count{{reason=\"{reason}\"}}"] == count;
        },
        $"{count} session is counted as closed for {reason}");
}
