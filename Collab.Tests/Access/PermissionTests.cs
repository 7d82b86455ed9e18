using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Collab.Contracts.Access;
using Collab.Tests.Web;
using Collab.Tests.Web.Security;

namespace Collab.Tests.Access;

/// <summary>Permissions that change while people are in a document, over real sockets.</summary>
public sealed class PermissionTests : IAsyncLifetime
{
    private readonly string _key = Credentials.NewKey();
    private readonly WebHost _host;

    public PermissionTests() => _host = new WebHost(Credentials.Settings(_key));

    public Task InitializeAsync() => _host.StartAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Who_is_downgraded_while_typing_is_told_and_refused_and_others_go_on()
    {
        string document = await _host.CreateWithAsync(_key);
        await using var ann = await _host.ConnectAsAsync("ann");
        await using var bob = await _host.ConnectAsAsync("bob");
        Assert.Equal("editor", (await ann.JoinAsync(document)).Text("role"));
        await bob.JoinAsync(document);
        await ann.SubmitAsync(document, 1, 0, "a");
        await Task.WhenAll(ann.OperationsAsync(0, 1), bob.OperationsAsync(0, 1));

        await _host.GrantAsync(_key, document, "ann", "viewer");
        var told = await ann.NextAsync("role");
        Assert.Equal((document, "viewer"), (told.Text("document"), told.Text("role")));
        await ann.SubmitAsync(document, 2, 1, 1, "x");
        Assert.Equal(("submit", "forbidden", "give_up"), await ann.RefusedAsync());

        // She still reads what he writes.
        await bob.SubmitAsync(document, 1, 1, 1, "b");
        await Task.WhenAll(ann.OperationsAsync(1, 2), bob.OperationsAsync(1, 2));

        await _host.GrantAsync(_key, document, "ann", "editor");
        Assert.Equal("editor", (await ann.NextAsync("role")).Text("role"));
        await ann.SubmitAsync(document, 2, 1, 1, "x");
        await ann.OperationsAsync(2, 3);
    }

    [Fact]
    public async Task Who_may_not_be_there_any_more_gets_nothing_more_and_does_not_find_the_document()
    {
        string document = await _host.CreateWithAsync(_key);
        await using var ann = await _host.ConnectAsAsync("ann");
        await using var bob = await _host.ConnectAsAsync("bob");
        var joined = await ann.JoinAsync(document);
        var seen = (await bob.JoinAsync(document)).GetProperty("presence");
        while (!seen.EnumerateArray().Any(entry => entry.Text("session") == joined.Text("session")))
            seen = (await bob.NextAsync("presence")).GetProperty("updates");

        await _host.GrantAsync(_key, document, "ann", "none");
        var closed = await ann.NextAsync("closed");
        Assert.Equal((document, "permission_revoked", "give_up"), (closed.Text("document"), closed.Text("reason"), closed.Text("action")));
        // Her cursor is gone, too.
        while (!(await bob.NextAsync("presence")).GetProperty("left").EnumerateArray().Any(left => left.GetString() == joined.Text("session")))
        {
            // Something else about who is there.
        }

        await bob.SubmitAsync(document, 1, 0, "b");
        await bob.OperationsAsync(0, 1);
        await ann.SendAsync("read", new { document, from = 0 });
        Assert.Equal(("read", "not_joined", "resync"), await ann.RefusedAsync());
        await ann.SendAsync("join", new { document, version = 1, resume = new { session = joined.Text("session"), token = joined.Text("token") } });
        var refused = await ann.NextFrameAsync();
        Assert.Equal(("refused", "document_not_found", $"There is no document {document}."), (refused.Text("target"), refused.Text("reason"), refused.Text("detail")));
    }

    [Fact]
    public async Task A_commenter_comments_and_changes_nothing_else()
    {
        string document = $"d-{Guid.NewGuid():N}";
        using var created = await _host.AskAsync(HttpMethod.Post, "/api/documents", key: _key, body: new { id = document, kind = "richtext" });
        await using var cat = await _host.ConnectAsAsync("cat", Role.Commenter);
        Assert.Equal("commenter", (await cat.JoinAsync(document)).Text("role"));
        await cat.SubmitAsync(document, 1, 0, new { retain = 1, attributes = new { comment = "c1" } });
        await cat.OperationsAsync(0, 1);
        await cat.SubmitAsync(document, 2, 1, new { insert = "x" }, new { retain = 1 });
        Assert.Equal(("submit", "forbidden", "give_up"), await cat.RefusedAsync());
        using var over = await _host.AskAsync(
            HttpMethod.Post, $"/api/documents/{document}/operations", _host.Token("cat", role: Role.Commenter),
            body: new { session = "api-cat", sequence = 1, @base = 1, delta = new object[] { new { insert = "x" }, new { retain = 1 } } });
        Assert.Equal(HttpStatusCode.Forbidden, over.StatusCode);
    }

    [Fact]
    public async Task A_newer_token_with_another_role_counts_at_once()
    {
        string document = await _host.CreateWithAsync(_key);
        await using var ann = await _host.ConnectAsAsync("ann", Role.Viewer);
        await ann.JoinAsync(document);
        await ann.SubmitAsync(document, 1, 0, "a");
        Assert.Equal(("submit", "forbidden", "give_up"), await ann.RefusedAsync());
        await ann.AuthenticateAsync(_host.Token("ann", role: Role.Editor));
        Assert.Equal("editor", (await ann.NextAsync("role")).Text("role"));
        await ann.SubmitAsync(document, 1, 0, "a");
        await ann.OperationsAsync(0, 1);
        // And one that is for other documents ends the stay.
        await ann.AuthenticateAsync(_host.Token("ann", "other-*"));
        Assert.Equal("permission_revoked", (await ann.NextAsync("closed")).Text("reason"));
    }

    [Fact]
    public async Task A_grant_counts_within_the_tokens_documents_and_not_beyond()
    {
        string document = await _host.CreateWithAsync(_key);
        await _host.GrantAsync(_key, document, "ann", "owner");
        await using var ann = await _host.ConnectAsAsync("ann", Role.Viewer);
        Assert.Equal("owner", (await ann.JoinAsync(document)).Text("role"));
        using var beyond = await _host.AskAsync(HttpMethod.Get, $"/api/documents/{document}", _host.Token("ann", "other-*"));
        Assert.Equal(HttpStatusCode.NotFound, beyond.StatusCode);
    }

    [Fact]
    public async Task Permissions_are_listed_set_and_taken_back_by_owners()
    {
        string document = await _host.CreateWithAsync(_key);
        string path = $"/api/documents/{document}/permissions", owner = _host.Token("olga");
        foreach (var (subject, role) in new[] { ("zoe", "viewer"), ("auth0|x/y:7 ü%", "none") })
            await _host.GrantAsync(_key, document, subject, role);
        Assert.Equal("""{"permissions":[{"subject":"auth0|x/y:7 ü%","role":"none"},{"subject":"zoe","role":"viewer"}]}""", await TextAsync(await _host.AskAsync(HttpMethod.Get, path, owner)));
        Assert.Equal("""{"subject":"auth0|x/y:7 ü%","role":"none"}""", await TextAsync(await _host.AskAsync(HttpMethod.Get, $"{path}/{Uri.EscapeDataString("auth0|x/y:7 ü%")}", owner)));
        Assert.Equal("""{"subject":"nobody"}""", await TextAsync(await _host.AskAsync(HttpMethod.Get, $"{path}/nobody", owner)));
        Assert.Equal(HttpStatusCode.NoContent, (await _host.AskAsync(HttpMethod.Delete, $"{path}/zoe", owner)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await _host.AskAsync(HttpMethod.Delete, $"{path}/zoe", owner)).StatusCode);
        Assert.Equal("""{"subject":"zoe"}""", await TextAsync(await _host.AskAsync(HttpMethod.Get, $"{path}/zoe", owner)));

        foreach (var (subject, body) in new (string, object)[]
        {
            ("zoe", new { role = "admin" }), ("zoe", new { role = "Viewer" }), ("zoe", new { role = 2 }), ("zoe", new { }), ("zoe", new { role = "viewer", more = 1 }), (new string('x', 201), new { role = "viewer" }),
        })
        {
            using var refused = await _host.AskAsync(HttpMethod.Put, $"{path}/{subject}", owner, body: body);
            Assert.Equal((HttpStatusCode.BadRequest, "malformed"), (refused.StatusCode, (await refused.Content.ReadFromJsonAsync<JsonElement>()).Text("reason")));
        }
    }

    [Fact]
    public async Task The_activity_says_whose_session_came_in()
    {
        string document = await _host.CreateWithAsync(_key), owner = _host.Token("olga");
        await using var ann = await _host.ConnectAsAsync("ann");
        string session = (await ann.JoinAsync(document)).Text("session");
        await Eventually.IsTrue(
            async () =>
            {
                using var answer = await _host.AskAsync(HttpMethod.Get, $"/api/documents/{document}/activity", owner);
                var events = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("events").EnumerateArray();
                return events.Any(happened => happened.Text("kind") == "session_joined" && happened.Text("session") == session && happened.GetProperty("detail").Text("subject") == "ann");
            },
            "the event names the subject");
    }

    [Fact]
    public async Task At_the_limit_no_grant_is_added_and_the_refusal_names_it()
    {
        await using var host = new Disposing(new WebHost(Credentials.Settings(_key, ("Collab:Grants:DocumentLimit", "2"))));
        await host.Value.StartAsync();
        string document = await host.Value.CreateWithAsync(_key);
        await host.Value.GrantAsync(_key, document, "a", "viewer");
        await host.Value.GrantAsync(_key, document, "b", "viewer");
        using var refused = await host.Value.AskAsync(HttpMethod.Put, $"/api/documents/{document}/permissions/c", key: _key, body: new { role = "viewer" });
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((HttpStatusCode.Conflict, "too_many_grants", "give_up"), (refused.StatusCode, problem.Text("reason"), problem.Text("action")));
        Assert.Contains("2 grants, the limit (Collab:Grants:DocumentLimit)", problem.Text("detail"), StringComparison.Ordinal);
        await host.Value.GrantAsync(_key, document, "b", "owner");
        Assert.True(await host.Value.MetricAsync("""collab_limit_refusals_total{limit="document_grants"}""") >= 1);
    }

    [Fact]
    public async Task A_list_shows_what_the_caller_may_see_and_goes_on()
    {
        for (int i = 0; i < 6; i++)
            await _host.CreateWithAsync(_key, $"{(i % 2 == 0 ? "own" : "foreign")}-{i}");
        await _host.GrantAsync(_key, "own-2", "ann", "none");
        string ann = _host.Token("ann", "own-*", Role.Viewer);
        var seen = new List<string>();
        string? next = null;
        do
        {
            var page = JsonDocument.Parse(await TextAsync(await _host.AskAsync(HttpMethod.Get, $"/api/documents?limit=2{(next is null ? "" : $"&after={next}")}", ann))).RootElement;
            seen.AddRange(page.GetProperty("documents").EnumerateArray().Select(document => document.Text("id")));
            next = page.TryGetProperty("next", out var cursor) ? cursor.GetString() : null;
        }
        while (next is not null);
        Assert.Equal(["own-0", "own-4"], seen.Order());
    }

    [Fact]
    public async Task What_was_asked_for_is_kept_until_it_changes()
    {
        string document = await _host.CreateWithAsync(_key);
        string ann = _host.Token("ann");
        await _host.AskAsync(HttpMethod.Get, $"/api/documents/{document}", ann);
        double hits = await HitsAsync();
        // Another token that says the same.
        await _host.AskAsync(HttpMethod.Get, $"/api/documents/{document}", _host.Token("ann"));
        Assert.True(await HitsAsync() > hits);
        await _host.GrantAsync(_key, document, "ann", "none");
        Assert.Equal(HttpStatusCode.NotFound, (await _host.AskAsync(HttpMethod.Get, $"/api/documents/{document}", ann)).StatusCode);

        Task<double> HitsAsync() => _host.MetricAsync("""collab_cache_hits_total{cache="permissions"}""");
    }

    private static async Task<string> TextAsync(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return System.Text.RegularExpressions.Regex.Unescape(await answer.Content.ReadAsStringAsync());
    }

    private sealed class Disposing(WebHost value) : IAsyncDisposable
    {
        public WebHost Value => value;

        public async ValueTask DisposeAsync() => await value.DisposeAsync();
    }
}
