using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Collab.Tests.Cli;

namespace Collab.Tests.Web.Security;

/// <summary>Tokens that back ends ask for: bounded by their keys, in strict requests.</summary>
public sealed class TokenApiTests(GuardedHost guarded) : IClassFixture<GuardedHost>
{
    private readonly WebHost _host = guarded.Host;
    private readonly string _key = guarded.Key;
    private readonly string _weakKey = guarded.WeakKey;

    [Fact]
    public async Task A_token_names_its_owner_on_a_connection_and_over_rest_within_its_documents_and_role()
    {
        var token = await IssueAsync(_key, new { subject = "user-7", name = "Ada", documents = "team-7-*", role = "editor", lifetime = 60 });
        Assert.InRange(token.GetProperty("expiresAt").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddSeconds(30), DateTimeOffset.UtcNow.AddSeconds(61));
        await _host.CreateWithAsync(_key, "team-7-plan");
        await _host.CreateWithAsync(_key, "team-8-plan");

        await using var client = await _host.ConnectAsync();
        await client.SendAsync("authenticate", new { token = token.GetProperty("token").GetString() });
        Assert.Equal("Ada", (await client.NextAsync("authenticated")).GetProperty("name").GetString());
        var joined = await client.JoinAsync("team-7-plan");
        Assert.Equal(("user-7", "editor"), (joined.GetProperty("subject").GetString(), joined.GetProperty("role").GetString()));
        await client.SendAsync("join", new { document = "team-8-plan", version = 1 });
        Assert.Equal("document_not_found", (await client.NextAsync("refused")).GetProperty("reason").GetString());
        using var read = await SendAsync(HttpMethod.Get, "/api/documents/team-7-plan", token.GetProperty("token").GetString()!);
        using var foreign = await SendAsync(HttpMethod.Get, "/api/documents/team-8-plan", token.GetProperty("token").GetString()!);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (read.StatusCode, foreign.StatusCode));
    }

    [Fact]
    public async Task Tokens_are_short_and_go_into_a_header_as_they_are()
    {
        string token = (await IssueAsync(_key, new { subject = "user-7", documents = "team-7-*", role = "editor" })).GetProperty("token").GetString()!;

        Assert.InRange(token.Length, 150, 400);
        Assert.All(token, c => Assert.True(char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));
    }

    [Theory]
    [InlineData("""{"subject":"a","documents":"team-7-*","role":"editor"}""", 201)]
    [InlineData("""{"subject":"a","documents":"team-7-plan-*","role":"viewer","lifetime":3600}""", 201)]
    [InlineData("""{"subject":"a","documents":"team-*","role":"editor"}""", 403)]
    [InlineData("""{"subject":"a","documents":"*","role":"viewer"}""", 403)]
    [InlineData("""{"subject":"a","documents":"team-7-*","role":"owner"}""", 403)]
    [InlineData("""{"subject":"a","documents":"team-7-*","role":"editor","lifetime":3601}""", 400)]
    [InlineData("""{"subject":"a","documents":"team-7-*","role":"editor","lifetime":0}""", 400)]
    [InlineData("""{"subject":"a","documents":"team-7-*","role":"editor","lifetime":"60"}""", 400)]
    [InlineData("""{"subject":"a","documents":"team-7-*","role":"none"}""", 400)]
    [InlineData("""{"subject":"a","documents":"team-7-*","role":"Editor"}""", 400)]
    [InlineData("""{"subject":"a","documents":"team 7","role":"editor"}""", 400)]
    [InlineData("""{"subject":"","documents":"team-7-*","role":"editor"}""", 400)]
    [InlineData("""{"subject":"key:tests","documents":"team-7-*","role":"editor"}""", 400)]
    [InlineData("""{"subject":"a\u0000","documents":"team-7-*","role":"editor"}""", 400)]
    [InlineData("""{"subject":"\ud800","documents":"team-7-*","role":"editor"}""", 400)]
    [InlineData("""{"subject":"a","subject":"b","documents":"team-7-*","role":"editor"}""", 400)]
    [InlineData("""{"subject":"a","documents":"team-7-*","role":"editor","operator":true}""", 400)]
    [InlineData("""{"subject":"a","documents":"team-7-*"}""", 400)]
    [InlineData("""{"subject":"a","documents":"team-7-*","role":"editor"} {}""", 400)]
    [InlineData("""["subject"]""", 400)]
    [InlineData("", 400)]
    public async Task A_key_gives_out_no_more_than_it_has_itself(string body, int status)
    {
        using var answer = await PostAsync("/api/tokens", _weakKey, body);

        Assert.Equal(status, (int)answer.StatusCode);
        if (status != 201)
        {
            var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
            Assert.Equal(status == 403 ? "forbidden" : "malformed", problem.GetProperty("reason").GetString());
        }
    }

    [Fact]
    public async Task Only_a_key_gets_tokens()
    {
        string token = _host.Token("user-7");
        using var holder = await SendAsync(HttpMethod.Post, "/api/tokens", token, """{"subject":"user-8","documents":"*","role":"owner"}""");
        using var nobody = await _host.Http.PostAsync(new Uri("/api/tokens", UriKind.Relative), JsonContent.Create(new { }));

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Unauthorized), (holder.StatusCode, nobody.StatusCode));
    }

    [Fact]
    public async Task The_command_makes_a_key_that_a_host_takes_by_its_hash_alone()
    {
        var (code, output, _) = await CollabCommand.RunAsync("apikey", "back-end");
        Assert.Equal(0, code);
        string[] lines = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(line => line[0] != '#')];
        var settings = lines[1..].Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0].Replace("__", ":", StringComparison.Ordinal), string? (pair) => pair[1]);
        var host = new WebHost(settings);
        await host.StartAsync();
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/tokens") { Content = JsonContent.Create(new { subject = "a", documents = "*", role = "owner" }) };
            request.Headers.Add("X-Api-Key", lines[0]);
            using var answer = await host.Http.SendAsync(request);
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        }
        finally
        {
            await host.DisposeAsync();
        }

        Assert.Equal(1, (await CollabCommand.RunAsync("apikey", "no name")).Code);
    }

    private async Task<JsonElement> IssueAsync(string key, object request)
    {
        using var answer = await PostAsync("/api/tokens", key, JsonSerializer.Serialize(request));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.True(answer.Headers.CacheControl!.NoStore);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private async Task<HttpResponseMessage> PostAsync(string path, string key, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("X-Api-Key", key);
        return await _host.Http.SendAsync(request);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string token, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new("Bearer", token);
        return await _host.Http.SendAsync(request);
    }
}
