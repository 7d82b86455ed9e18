using System.Net.Http.Json;
using Collab.Client;
using Collab.Client.Access;
using Collab.Client.Documents;
using Collab.Contracts.Access;
using Collab.Operations;
using Collab.Operations.Deltas;
using Collab.Operations.Ropes;
using Collab.Tests.Web;
using Collab.Tests.Web.Security;

namespace Collab.Tests.Client;

/// <summary>The .NET client at a server that lets nobody in without a token.</summary>
public sealed class ClientAccessTests : IAsyncLifetime
{
    private readonly string _key = Credentials.NewKey();
    private readonly WebHost _host;

    public ClientAccessTests() => _host = new WebHost(Credentials.Settings(_key));

    public async Task InitializeAsync()
    {
        await _host.StartAsync();
        _host.Http.DefaultRequestHeaders.Add("X-Api-Key", _key);
    }

    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Tokens_end_and_are_refreshed_and_nobody_notices()
    {
        string id = await _host.CreateAsync();
        int asked = 0;
        await using var client = Client(() =>
        {
            Interlocked.Increment(ref asked);
            return _host.Token("ann", role: Role.Editor, lifetime: TimeSpan.FromSeconds(5), name: "Ann");
        });
        var document = await client.OpenAsync(id);
        Assert.Equal("ann", document.Subject);
        Assert.Equal(DocumentRole.Editor, document.Role);
        Assert.Equal(("ann", "Ann"), (client.Identity!.Subject, client.Identity.Name));

        int typed = 0;
        for (; asked < 4; typed++)
        {
            document.Edit(Appending("x"));
            await Task.Delay(50);
        }

        await document.WhenSavedAsync();
        Assert.Equal(new string('x', typed), await _host.TextAsync(id));
        Assert.Null(client.SignedOut);
    }

    [Fact]
    public async Task Edits_wait_for_a_token_where_none_can_be_had()
    {
        string id = await _host.CreateAsync();
        bool isAway = false;
        await using var client = Client(() => isAway ? throw new HttpRequestException("The back end is away.") : _host.Token("ann", lifetime: TimeSpan.FromSeconds(3)));
        var document = await client.OpenAsync(id);
        await document.ReplaceAsync(0, 0, "before");
        isAway = true;
        await Eventually.IsTrue(() => client.SignedOut is not null && document.Phase is DocumentPhase.Unauthenticated or DocumentPhase.Offline, "the token ended and there is no other");
        document.Edit(Appending(", kept"));
        Assert.Equal("before", await _host.TextAsync(id));

        isAway = false;
        client.Authenticate();
        await document.WhenSavedAsync();
        Assert.Equal("before, kept", await _host.TextAsync(id));
        Assert.Null(client.SignedOut);
    }

    [Fact]
    public async Task What_a_role_does_not_allow_is_held_until_it_does()
    {
        string id = await _host.CreateAsync();
        await using var client = Client(() => _host.Token("ann", role: Role.Editor));
        var document = await client.OpenAsync(id);
        await document.ReplaceAsync(0, 0, "before");
        await GrantAsync(id, "viewer");
        await Eventually.IsTrue(() => document.Role == DocumentRole.Viewer, "the client knows of the change");
        document.Edit(Appending(", held"));
        Assert.NotNull(document.Held);
        Assert.Equal(1, document.Unsaved);

        await GrantAsync(id, "editor");
        await document.WhenSavedAsync();
        Assert.Equal("before, held", await _host.TextAsync(id));
        Assert.Null(document.Held);
    }

    [Fact]
    public async Task A_token_that_is_not_taken_opens_nothing()
    {
        string id = await _host.CreateAsync();
        await using var client = Client(() => "not-a-token");
        var refused = await Assert.ThrowsAsync<CollabException>(() => client.OpenAsync(id));
        Assert.Equal("unauthenticated", refused.Reason);
        Assert.Equal("unauthenticated", client.SignedOut!.Reason);
        await using var anonymous = new CollabClient(_host.Http.BaseAddress!);
        Assert.Equal("unauthenticated", (await Assert.ThrowsAsync<CollabException>(() => anonymous.OpenAsync(id))).Reason);
    }

    private CollabClient Client(Func<string> token) => new(_host.Http.BaseAddress!, new CollabClientOptions { Token = _ => new ValueTask<string>(token()) });

    private async Task GrantAsync(string id, string role) =>
        (await _host.Http.PutAsJsonAsync($"/api/documents/{id}/permissions/ann", new { role })).EnsureSuccessStatusCode();

    private static Func<IContent, IDelta> Appending(string text) =>
        content => new DeltaBuilder(((SequenceContent)content).Form).Retain(content.Length).Insert(text).Build();
}
