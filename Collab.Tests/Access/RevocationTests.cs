using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Collab.Contracts.Access;
using Collab.Tests.Web;
using Collab.Tests.Web.Security;
using Collab.Web.Security;
using Microsoft.Extensions.DependencyInjection;

namespace Collab.Tests.Access;

/// <summary>Tokens that are taken back: where they are asked for, and where they are in use.</summary>
public sealed class RevocationTests : IAsyncLifetime
{
    private readonly string _key = Credentials.NewKey();
    private readonly WebHost _host;

    public RevocationTests() => _host = new WebHost(Credentials.Settings(_key));

    public Task InitializeAsync() => _host.StartAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_revoked_token_is_refused_and_another_of_the_same_subject_is_not()
    {
        string first = _host.Token("ann"), second = _host.Token("ann");
        await RevokeAsync(_host, id: IdOf(_host, first));
        Assert.Equal(HttpStatusCode.Unauthorized, (await _host.AskAsync(HttpMethod.Get, "/api/documents", first)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _host.AskAsync(HttpMethod.Get, "/api/documents", second)).StatusCode);
    }

    [Fact]
    public async Task A_revoked_subject_comes_back_with_a_new_token_only()
    {
        string before = _host.Token("ann"), other = _host.Token("bob");
        await RevokeAsync(_host, subject: "ann");
        Assert.Equal(HttpStatusCode.Unauthorized, (await _host.AskAsync(HttpMethod.Get, "/api/documents", before)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _host.AskAsync(HttpMethod.Get, "/api/documents", other)).StatusCode);
        // At once, although tokens know whole seconds only.
        Assert.Equal(HttpStatusCode.OK, (await _host.AskAsync(HttpMethod.Get, "/api/documents", _host.Token("ann"))).StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_open_connection_loses_all_its_stays_and_has_to_authenticate_anew(bool byToken)
    {
        string one = await _host.CreateWithAsync(_key), two = await _host.CreateWithAsync(_key), token = _host.Token("ann", role: Role.Editor);
        await using var ann = await _host.ConnectAsync();
        await using var bob = await _host.ConnectAsAsync("bob");
        await ann.AuthenticateAsync(token);
        var joined = await ann.JoinAsync(one);
        await ann.JoinAsync(two);
        await bob.JoinAsync(one);

        if (byToken)
            await RevokeAsync(_host, id: IdOf(_host, token));
        else
            await RevokeAsync(_host, subject: "ann");
        var closed = new[] { await ann.NextAsync("closed"), await ann.NextAsync("closed") };
        Assert.Equal(new[] { one, two }.Order(), closed.Select(message => message.Text("document")).Order());
        Assert.All(closed, message => Assert.Equal("permission_revoked", message.Text("reason")));
        await ann.SubmitAsync(one, 1, 0, "x");
        Assert.Equal(("submit", "unauthenticated", "authenticate"), await ann.RefusedAsync());
        await ann.SendAsync("authenticate", new { token });
        Assert.Equal(("authenticate", "unauthenticated", "authenticate"), await ann.RefusedAsync());

        // The others do not notice.
        await bob.SubmitAsync(one, 1, 0, "b");
        await bob.OperationsAsync(0, 1);

        await ann.AuthenticateAsync(_host.Token("ann", role: Role.Editor));
        var again = await ann.JoinAsync(one, resume: new { session = joined.Text("session"), token = joined.Text("token") }, revision: 0);
        Assert.Equal(joined.Text("session"), again.Text("session"));
    }

    [Fact]
    public async Task At_the_limit_no_more_are_revoked_and_the_refusal_names_it()
    {
        var host = new WebHost(Credentials.Settings(_key, ("Collab:Grants:RevocationsLimit", "2")));
        await host.StartAsync();
        await RevokeAsync(host, id: "one");
        await RevokeAsync(host, id: "two");
        await RevokeAsync(host, id: "two");
        using var refused = await host.AskAsync(HttpMethod.Post, "/api/tokens/revoke", key: _key, body: new { id = "three" });
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((HttpStatusCode.TooManyRequests, "overloaded", "retry"), (refused.StatusCode, problem.Text("reason"), problem.Text("action")));
        Assert.Contains("2 revocations, the limit (Collab:Grants:RevocationsLimit)", problem.Text("detail"), StringComparison.Ordinal);
        await host.DisposeAsync();
    }

    [Fact]
    public async Task What_is_revoked_and_granted_is_known_after_a_restart()
    {
        var folder = Directory.CreateTempSubdirectory("collab-access-restart-");
        try
        {
            var settings = new Dictionary<string, string?>(Credentials.Settings(_key))
            {
                ["Collab:Log:Provider"] = "sqlite",
                ["Collab:Log:Path"] = Path.Combine(folder.FullName, "collab.db"),
                ["Collab:Cluster:KeysPath"] = Path.Combine(folder.FullName, "keys"),
            };
            var host = new WebHost(settings);
            await host.StartAsync();
            string document = await host.CreateWithAsync(_key), revoked = host.Token("ann"), granted = host.Token("bob", role: Role.Viewer);
            await RevokeAsync(host, id: IdOf(host, revoked));
            await host.GrantAsync(_key, document, "bob", "owner");
            await host.DisposeAsync();

            host = new WebHost(settings);
            await host.StartAsync();
            Assert.Equal(HttpStatusCode.Unauthorized, (await host.AskAsync(HttpMethod.Get, "/api/documents", revoked)).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await host.AskAsync(HttpMethod.Get, $"/api/documents/{document}/permissions", granted)).StatusCode);
            await host.DisposeAsync();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    internal static string IdOf(WebHost host, string token) => host.Services.GetRequiredService<AccessTokens>().Open(token, out _)!.Id;

    internal async Task RevokeAsync(WebHost host, string? id = null, string? subject = null)
    {
        using var answer = await host.AskAsync(HttpMethod.Post, "/api/tokens/revoke", key: _key, body: id is null ? new { subject } : new { id });
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }
}
