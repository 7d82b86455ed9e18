using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;

namespace Collab.Tests.Web.Security;

/// <summary>Who is let in, over real sockets: by the handshake, by a message, by a request.</summary>
public sealed class AuthenticationTests(GuardedHost guarded) : IClassFixture<GuardedHost>
{
    private readonly WebHost _host = guarded.Host;
    private readonly string _key = guarded.Key;

    [Fact]
    public async Task Without_a_credential_a_request_is_unauthenticated()
    {
        using var answer = await _host.Http.GetAsync("/api/documents");

        await IsUnauthenticatedAsync(answer);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().Scheme);
    }

    [Theory]
    [InlineData("key", HttpStatusCode.OK)]
    [InlineData("token", HttpStatusCode.OK)]
    [InlineData("another key", HttpStatusCode.Unauthorized)]
    [InlineData("half a key", HttpStatusCode.Unauthorized)]
    [InlineData("an altered token", HttpStatusCode.Unauthorized)]
    [InlineData("half a token", HttpStatusCode.Unauthorized)]
    [InlineData("an expired token", HttpStatusCode.Unauthorized)]
    [InlineData("a resume token", HttpStatusCode.Unauthorized)]
    [InlineData("no token at all", HttpStatusCode.Unauthorized)]
    public async Task A_request_and_a_handshake_are_taken_with_a_good_credential_and_refused_with_a_bad_one(string credential, HttpStatusCode status)
    {
        var (header, value) = Header(credential);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/documents");
        request.Headers.TryAddWithoutValidation(header, value);
        using var answer = await _host.Http.SendAsync(request);
        Assert.Equal(status, answer.StatusCode);
        if (status == HttpStatusCode.OK)
        {
            await using var client = await HubClient.ConnectWithAsync(Hub, header, value);
            return;
        }

        string said = await IsUnauthenticatedAsync(answer);
        string secret = value[(value.IndexOf(' ', StringComparison.Ordinal) + 1)..];
        Assert.DoesNotContain(secret[..Math.Min(12, secret.Length)], said, StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => HubClient.ConnectWithAsync(Hub, header, value));
        Assert.Contains("401", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_sent_behind_a_bad_token_is_not_done_as_somebody_anonymous()
    {
        await using var host = await StartedAsync();
        string document = await host.CreateAsync();
        await using var client = await host.ConnectAsync();
        await client.SendAsync("authenticate", new { token = "AAAA" });
        await client.SendAsync("join", new { document, version = 1 });
        foreach (string verb in (string[])["authenticate", "join"])
        {
            var refused = await client.NextAsync("refused", "joined");
            Assert.Equal((verb, "unauthenticated"), (Text(refused, "verb"), Text(refused, "reason")));
        }

        await client.SendAsync("authenticate", new { token = host.Token("user-7") });
        await client.NextAsync("authenticated");
        Assert.Equal("user-7", Text(await client.JoinAsync(document), "subject"));
        // In a document it is somebody; a bad token later on takes nothing away.
        await using var anonymous = await host.ConnectAsync();
        await anonymous.JoinAsync(document);
        await anonymous.SendAsync("authenticate", new { token = "AAAA" });
        Assert.Equal("authenticate", Text(await anonymous.NextAsync("refused"), "verb"));
        await anonymous.SubmitAsync(document, 1, 0, "x");
        await anonymous.OperationsAsync(0, 1);

        static async Task<WebHost> StartedAsync()
        {
            var host = new WebHost();
            await host.StartAsync();
            return host;
        }
    }

    [Fact]
    public async Task Before_it_has_authenticated_a_connection_can_do_nothing_and_afterwards_it_is_whom_its_token_names()
    {
        string document = await _host.CreateWithAsync(_key);
        await using var client = await _host.ConnectAsync();
        foreach (var (verb, argument) in new (string, object)[]
        {
            ("join", new { document, version = 1, name = "Eve" }),
            ("submit", new { document, sequence = 1, @base = 0, delta = new[] { "x" } }),
            ("read", new { document, from = 0 }),
            ("presence", new { document, revision = 0, state = (object?)null }),
            ("check", new { document, revision = 0, hash = 1 }),
        })
        {
            await client.SendAsync(verb, argument);
            var refused = await client.NextAsync("refused");
            Assert.Equal((verb, "unauthenticated", "authenticate"), (Text(refused, "verb"), Text(refused, "reason"), Text(refused, "action")));
        }

        await client.SendAsync("authenticate", new { token = _host.Token("user-7", name: "Ada Lovelace") });
        // Right behind it, before its answer.
        await client.SendAsync("join", new { document, version = 1, name = "Eve" });
        var authenticated = await client.NextAsync("authenticated");
        Assert.Equal(("user-7", "Ada Lovelace"), (Text(authenticated, "subject"), Text(authenticated, "name")));
        Assert.InRange(authenticated.GetProperty("expiresAt").GetInt64(), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), DateTimeOffset.UtcNow.AddMinutes(16).ToUnixTimeMilliseconds());
        var joined = await client.NextAsync("joined");
        Assert.Equal("user-7", Text(joined, "subject"));
        var presence = await client.NextAsync("presence");
        Assert.Equal("Ada Lovelace", presence.GetProperty("updates")[0].GetProperty("name").GetString());
        await client.SubmitAsync(document, 1, 0, "x");
        Assert.Equal("Ada Lovelace", Text((await client.OperationsAsync(0, 1)).Single(), "author"));
    }

    [Fact]
    public async Task A_bad_token_is_refused_and_leaves_the_connection_to_whom_it_was()
    {
        string document = await _host.CreateWithAsync(_key);
        await using var client = await _host.ConnectAsync();
        await client.SendAsync("authenticate", new { token = _host.Token("user-7") });
        await client.NextAsync("authenticated");

        await client.SendAsync("authenticate", new { token = _host.Token("user-7", lifetime: TimeSpan.FromSeconds(-5)) });
        var expired = await client.NextAsync("refused");
        Assert.Equal(("authenticate", "unauthenticated"), (Text(expired, "verb"), Text(expired, "reason")));
        Assert.Contains("expired", Text(expired, "detail"), StringComparison.Ordinal);
        await client.SendAsync("authenticate", new { token = _host.Token("user-8") });
        var another = await client.NextAsync("refused");
        Assert.Equal(("forbidden", "give_up"), (Text(another, "reason"), Text(another, "action")));

        await client.SendAsync("authenticate", new { token = _host.Token("user-7") });
        await client.NextAsync("authenticated");
        Assert.Equal("user-7", Text(await client.JoinAsync(document), "subject"));
    }

    [Fact]
    public async Task When_the_token_expires_the_stay_ends_and_with_another_token_the_session_goes_on()
    {
        string document = await _host.CreateWithAsync(_key);
        await using var client = await _host.ConnectAsync();
        await client.SendAsync("authenticate", new { token = _host.Token("user-7") });
        await client.NextAsync("authenticated");
        var joined = await client.JoinAsync(document);
        await client.SubmitAsync(document, 1, 0, "x");
        await client.OperationsAsync(0, 1);
        // The newest token counts, also one that ends sooner. On a busy machine it may have ended before it is looked at.
        do
        {
            await client.SendAsync("authenticate", new { token = _host.Token("user-7", lifetime: TimeSpan.FromSeconds(4)) });
        }
        while ((await client.NextAsync("authenticated", "refused")).GetProperty("target").GetString() == "refused");

        var closed = await client.NextAsync("closed");
        Assert.Equal((document, "token_expired", "authenticate"), (Text(closed, "document"), Text(closed, "reason"), Text(closed, "action")));
        await client.SubmitAsync(document, 2, 1, "y");
        Assert.Equal("unauthenticated", Text(await client.NextAsync("refused"), "reason"));
        await client.SendAsync("authenticate", new { token = _host.Token("user-7") });
        await client.NextAsync("authenticated");
        var again = await client.JoinAsync(document, resume: new { session = Text(joined, "session"), token = Text(joined, "token") }, revision: 1);
        Assert.Equal(Text(joined, "session"), Text(again, "session"));
        Assert.Equal(1, again.GetProperty("applied").GetProperty("sequence").GetInt64());
    }

    [Fact]
    public async Task A_token_that_is_renewed_in_time_is_not_noticed()
    {
        string document = await _host.CreateWithAsync(_key);
        await using var client = await _host.ConnectAsync();
        await client.SendAsync("authenticate", new { token = _host.Token("user-7", lifetime: TimeSpan.FromSeconds(10)) });
        await client.SendAsync("authenticate", new { token = _host.Token("user-7") });
        long first = (await client.NextAsync("authenticated")).GetProperty("expiresAt").GetInt64();
        await client.NextAsync("authenticated");
        await client.JoinAsync(document);

        await Eventually.IsTrue(() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() > first + 500);
        await client.SubmitAsync(document, 1, 0, "x");
        await client.OperationsAsync(0, 1);
    }

    [Fact]
    public async Task A_token_holds_across_restarts_with_the_same_keys()
    {
        string token = _host.Token("user-7");
        var another = new WebHost(new Dictionary<string, string?>(Credentials.Settings(_key)) { ["Collab:Cluster:KeysPath"] = _host.KeysPath });
        await another.StartAsync();
        try
        {
            another.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var answer = await another.Http.GetAsync("/api/documents");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        finally
        {
            await another.DisposeAsync();
        }
    }

    private Uri Hub => new(_host.Http.BaseAddress!, "/collab");

    private static string Text(JsonElement message, string name) => message.GetProperty(name).GetString()!;

    private (string Header, string Value) Header(string credential)
    {
        string token = _host.Token("user-7");
        return credential switch
        {
            "key" => ("X-Api-Key", _key),
            "another key" => ("X-Api-Key", Credentials.NewKey()),
            "half a key" => ("X-Api-Key", _key[..32]),
            "token" => ("Authorization", $"Bearer {token}"),
            "an altered token" => ("Authorization", $"Bearer {token[..60]}{(token[60] == 'A' ? 'B' : 'A')}{token[61..]}"),
            "half a token" => ("Authorization", $"Bearer {token[..(token.Length / 2)]}"),
            "an expired token" => ("Authorization", $"Bearer {_host.Token("user-7", lifetime: TimeSpan.FromSeconds(-1))}"),
            "a resume token" => ("Authorization", $"Bearer {Convert.ToBase64String(_host.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("Collab.ResumeToken.v1").Protect([1, 2, 3])).TrimEnd('=').Replace('+', '-').Replace('/', '_')}"),
            _ => ("Authorization", "Bearer !?"),
        };
    }

    private static async Task<string> IsUnauthenticatedAsync(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(("unauthenticated", "authenticate"), (Text(problem, "reason"), Text(problem, "action")));
        return problem.GetRawText();
    }
}
