using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Collab.Tests.Web;

/// <summary>The REST table of <c>docs/protocol.md</c>.</summary>
public sealed class ApiTests(WebHost host) : IClassFixture<WebHost>
{
    [Fact]
    public async Task Creating_twice_alike_finds_the_document_and_otherwise_is_refused()
    {
        string id = $"d-{Guid.NewGuid():N}";
        var created = await host.Http.PostAsJsonAsync("/api/documents", new { id, kind = "richtext", policy = "strict", title = "Ein Märchen" });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal($"/api/documents/{id}", created.Headers.Location!.ToString());
        var again = await host.Http.PostAsJsonAsync("/api/documents", new { id, kind = "richtext", policy = "strict" });
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        var document = await again.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("Ein Märchen", document.GetProperty("title").GetString());
        Assert.Equal("strict", document.GetProperty("policy").GetString());
        await IsProblemAsync(await host.Http.PostAsJsonAsync("/api/documents", new { id, kind = "text" }), 409, "document_exists", "give_up");
    }

    [Fact]
    public async Task A_document_without_a_name_gets_one()
    {
        var response = await host.Http.PostAsJsonAsync("/api/documents", new { kind = "text" });
        string id = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
        Assert.Equal("text", (await host.GetAsync($"/api/documents/{id}")).GetProperty("kind").GetString());
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"kind":7}""")]
    [InlineData("""{"kind":"drawing"}""")]
    [InlineData("""{"kind":"text","policy":"lenient"}""")]
    [InlineData("""{"kind":"text","id":"a/b"}""")]
    [InlineData("""{"kind":"text","size":1}""")]
    public async Task A_malformed_creation_is_refused(string body) =>
        await IsProblemAsync(await host.Http.PostAsync("/api/documents", Json(body)), 400, "malformed", "give_up");

    [Fact]
    public async Task Documents_are_listed_page_by_page_newest_change_first()
    {
        var ids = new List<string>();
        for (int i = 0; i < 5; i++)
            ids.Add(await host.CreateAsync());
        await SubmitAsync(ids[0], 1, 0, "[\"changed\"]");
        var seen = new List<string>();
        string? next = null;
        do
        {
            var page = await host.GetAsync($"/api/documents?limit=2{(next is null ? "" : $"&after={next}")}");
            seen.AddRange(page.GetProperty("documents").EnumerateArray().Select(document => document.GetProperty("id").GetString()!));
            next = page.TryGetProperty("next", out var cursor) ? cursor.GetString() : null;
        }
        while (next is not null);
        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Subset(seen.ToHashSet(), ids.ToHashSet());
        Assert.True(seen.IndexOf(ids[0]) < seen.IndexOf(ids[1]), "the changed document stands before the older ones");
        await IsProblemAsync(await host.Http.GetAsync("/api/documents?after=nonsense"), 400, "malformed", "give_up");
    }

    [Fact]
    public async Task An_operation_over_rest_is_durable_once_and_reaches_those_who_are_in_the_document()
    {
        string id = await host.CreateAsync();
        await using var client = await host.ConnectAsync();
        await client.JoinAsync(id);
        Assert.Equal("""{"revision":1,"duplicate":false,"session":"api-test"}""", await SubmitAsync(id, 1, 0, "[\"from a script 🦊\"]"));
        Assert.Equal("""{"revision":1,"duplicate":true,"session":"api-test"}""", await SubmitAsync(id, 1, 0, "[\"from a script 🦊\"]"));
        var pushed = (await client.OperationsAsync(0, 1))[0];
        Assert.Equal("api-test", pushed.GetProperty("session").GetString());

        var content = await host.GetAsync($"/api/documents/{id}/content");
        Assert.Equal(1, content.GetProperty("revision").GetInt64());
        Assert.Equal("from a script 🦊", content.GetProperty("content").GetString());
        Assert.Equal("from a script 🦊".Aggregate(2166136261u, (hash, c) => (hash ^ c) * 16777619), content.GetProperty("hash").GetUInt32());

        var read = await host.GetAsync($"/api/documents/{id}/operations?from=0");
        Assert.Equal(1, read.GetProperty("revision").GetInt64());
        Assert.Equal(1, read.GetProperty("head").GetInt64());
        Assert.True(JsonElement.DeepEquals(pushed, read.GetProperty("operations")[0]), "the operation is read as it was pushed");
        Assert.Equal(1, (await host.GetAsync($"/api/documents/{id}")).GetProperty("sessions").GetInt32());
    }

    [Fact]
    public async Task What_can_not_be_submitted_is_refused_with_a_reason()
    {
        string id = await host.CreateAsync();
        await IsProblemAsync(await PostAsync(id, """{"session":"mine","sequence":1,"base":0,"delta":["a"]}"""), 400, "malformed", "give_up");
        await IsProblemAsync(await PostAsync(id, """{"session":"api-a","sequence":1,"base":0}"""), 400, "malformed", "give_up");
        await IsProblemAsync(await PostAsync(id, """{"session":"api-a","sequence":1,"base":5,"delta":["a"]}"""), 409, "revision_ahead", "resync");
        await IsProblemAsync(await PostAsync(id, """{"session":"api-a","sequence":1,"base":0,"delta":[3,"a"]}"""), 409, "length_mismatch", "resync");
        await IsProblemAsync(await PostAsync("nowhere", """{"session":"api-a","sequence":1,"base":0,"delta":["a"]}"""), 404, "document_not_found", "give_up");
        await IsProblemAsync(await PostAsync(id, $"\"{new string('x', 1_100_000)}\""), 413, "message_too_large", "give_up");
    }

    [Theory]
    [InlineData("")]
    [InlineData("/content")]
    [InlineData("/operations")]
    [InlineData("/conflicts")]
    [InlineData("/sessions")]
    public async Task A_document_that_is_not_there_is_not_found(string part)
    {
        await IsProblemAsync(await host.Http.GetAsync($"/api/documents/nowhere{part}"), 404, "document_not_found", "give_up");
        await IsProblemAsync(await host.Http.GetAsync($"/api/documents/a%20b{part}"), 400, "malformed", "give_up");
    }

    [Fact]
    public async Task Conflicts_are_listed_newest_first()
    {
        string id = await host.CreateAsync();
        await SubmitAsync(id, 1, 0, "[\"abc\"]");
        await PostAsync(id, """{"session":"api-other","sequence":1,"base":0,"delta":["xyz"]}""");
        var conflict = (await host.GetAsync($"/api/documents/{id}/conflicts")).GetProperty("conflicts")[0];
        Assert.Equal("concurrent_insert", conflict.GetProperty("kind").GetString());
        Assert.Equal("ordered", conflict.GetProperty("resolution").GetString());
        Assert.Equal(2, conflict.GetProperty("revision").GetInt64());
        Assert.Equal(1, conflict.GetProperty("otherRevision").GetInt64());
    }

    [Fact]
    public async Task A_strict_document_refuses_a_conflict_and_lists_it()
    {
        string id = await host.CreateAsync(policy: "strict");
        await SubmitAsync(id, 1, 0, "[\"abc\"]");
        var refused = await PostAsync(id, """{"session":"api-other","sequence":1,"base":0,"delta":["xyz"]}""");
        var problem = await IsProblemAsync(refused, 409, "conflict", "give_up");
        Assert.Equal("concurrent_insert", problem.GetProperty("conflicts")[0].GetProperty("kind").GetString());
    }

    [Fact]
    public async Task The_api_describes_itself()
    {
        var description = await host.GetAsync("/openapi/v1.json");
        var paths = description.GetProperty("paths");
        foreach (string path in (string[])["", "/{id}", "/{id}/content", "/{id}/operations", "/{id}/conflicts", "/{id}/sessions", "/{id}/activity"])
            Assert.True(paths.TryGetProperty($"/api/documents{path}", out _), path);
        Assert.True(paths.TryGetProperty("/api/activity", out _));
        foreach (string path in (string[])["/api/tokens", "/api/tokens/revoke"])
            Assert.True(paths.TryGetProperty(path, out _), path);
        Assert.Equal(["accessToken", "apiKey"], description.GetProperty("components").GetProperty("securitySchemes").EnumerateObject().Select(scheme => scheme.Name));
        Assert.Equal(2, description.GetProperty("security").GetArrayLength());
    }

    [Fact]
    public async Task Health_says_whether_silo_and_log_answer_and_on_which_engine()
    {
        Assert.Equal("healthy", (await host.GetAsync("/health/live")).GetProperty("status").GetString());
        var ready = await host.GetAsync("/health/ready");
        Assert.Equal(
            """{"host":"serving","breakers":"closed","cluster":"joined","log":"reachable"}""", ready.GetProperty("checks").GetRawText());
        Assert.Equal(Collab.Silo.Engine.Name, ready.GetProperty("engine").GetString());
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static async Task<JsonElement> IsProblemAsync(HttpResponseMessage response, int status, string reason, string action)
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(problem.GetProperty("reason").GetString() == reason, problem.GetRawText());
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.Equal(action, problem.GetProperty("action").GetString());
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        return problem;
    }

    private Task<HttpResponseMessage> PostAsync(string id, string body) => host.Http.PostAsync($"/api/documents/{id}/operations", Json(body));

    private async Task<string> SubmitAsync(string id, long sequence, long @base, string delta)
    {
        var response = await PostAsync(id, $$"""{"session":"api-test","sequence":{{sequence}},"base":{{@base}},"delta":{{delta}}}""");
        return await response.Content.ReadAsStringAsync();
    }
}
