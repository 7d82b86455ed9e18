using System.Collections.Concurrent;
using System.Net;
using System.Security.Claims;
using Collab.Contracts;
using Collab.Contracts.Access;
using Collab.Grains.Access;
using Collab.Tests.Fanout;
using Collab.Tests.Web.Security;
using Collab.Web.Security;
using Microsoft.Extensions.DependencyInjection;

namespace Collab.Tests.Access;

/// <summary>A change that one host is told holds on the others, also on connections that are open there.</summary>
public sealed class TwoHostsAccessTests
{
    private readonly string _key = Credentials.NewKey();

    [Fact]
    public async Task A_grant_on_one_host_holds_on_the_other()
    {
        await using var hosts = await TwoHosts.StartAsync(Credentials.Settings(_key));
        string document = await hosts.First.CreateWithAsync(_key);
        await using var ann = await hosts.Second.ConnectAsAsync("ann");
        await ann.JoinAsync(document);
        await hosts.First.GrantAsync(_key, document, "ann", "viewer");
        Assert.Equal("viewer", (await ann.NextAsync("role")).Text("role"));
        await ann.SubmitAsync(document, 1, 0, "x");
        Assert.Equal(("submit", "forbidden", "give_up"), await ann.RefusedAsync());
        await hosts.First.GrantAsync(_key, document, "ann", "none");
        Assert.Equal("permission_revoked", (await ann.NextAsync("closed")).Text("reason"));
        string token = hosts.Second.Token("ann");
        Assert.Equal(HttpStatusCode.NotFound, (await hosts.Second.AskAsync(HttpMethod.Get, $"/api/documents/{document}", token)).StatusCode);
    }

    [Fact]
    public async Task A_revocation_on_one_host_holds_on_the_other()
    {
        await using var hosts = await TwoHosts.StartAsync(Credentials.Settings(_key));
        string document = await hosts.First.CreateWithAsync(_key), token = hosts.Second.Token("ann");
        await using var ann = await hosts.Second.ConnectAsync();
        await ann.AuthenticateAsync(token);
        await ann.JoinAsync(document);
        using var answer = await hosts.First.AskAsync(HttpMethod.Post, "/api/tokens/revoke", key: _key, body: new { id = RevocationTests.IdOf(hosts.Second, token) });
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal("permission_revoked", (await ann.NextAsync("closed")).Text("reason"));
        await Eventually.IsTrue(async () => (await hosts.Second.AskAsync(HttpMethod.Get, "/api/documents", token)).StatusCode == HttpStatusCode.Unauthorized, "the token is refused on the other host");
    }

    [Fact]
    public async Task What_changes_while_a_host_hears_nothing_holds_when_it_hears_again()
    {
        var faults = new Faults();
        await using var hosts = await TwoHosts.StartAsync(Credentials.Settings(_key), first: services => services.AddSingleton<IIncomingGrainCallFilter>(faults));
        string document = await hosts.First.CreateWithAsync(_key), token = hosts.Second.Token("eve");
        await using var ann = await hosts.Second.ConnectAsAsync("ann");
        await using var eve = await hosts.Second.ConnectAsync();
        await eve.AuthenticateAsync(token);
        await ann.JoinAsync(document);
        await eve.JoinAsync(document);

        // The grain's life ends, and for a while nobody gets through to the next: nothing of what is said meanwhile is remembered for those who were away.
        faults.Begin();
        await Eventually.IsTrue(() => faults.Failed >= 2, "both hosts have lost their call");
        await hosts.First.GrantAsync(_key, document, "ann", "viewer");
        using var answer = await hosts.First.AskAsync(HttpMethod.Post, "/api/tokens/revoke", key: _key, body: new { id = RevocationTests.IdOf(hosts.Second, token) });
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        faults.End();
        Assert.Equal("viewer", (await ann.NextAsync("role")).Text("role"));
        Assert.Equal("permission_revoked", (await eve.NextAsync("closed")).Text("reason"));
    }

    [Fact]
    public async Task The_grains_next_life_tells_everything()
    {
        var faults = new Faults();
        await using var hosts = await TwoHosts.StartAsync(Credentials.Settings(_key), first: services => services.AddSingleton<IIncomingGrainCallFilter>(faults));
        string document = await hosts.First.CreateWithAsync(_key);
        await using var ann = await hosts.Second.ConnectAsAsync("ann");
        await ann.JoinAsync(document);
        await Eventually.IsTrue(() => faults.Grain is not null, "somebody listens");
        faults.Grain!.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "test"));
        await hosts.First.GrantAsync(_key, document, "ann", "viewer");
        Assert.Equal("viewer", (await ann.NextAsync("role")).Text("role"));
    }

    [Fact]
    public async Task A_hosts_own_permissions_hold_and_change_when_it_says_so()
    {
        var rules = new OwnRules();
        await using var hosts = await TwoHosts.StartAsync(
            Credentials.Settings(_key), services => services.AddSingleton<IDocumentPermissions>(rules), services => services.AddSingleton<IDocumentPermissions>(rules));
        rules.Roles["key:tests"] = Role.Owner;
        rules.Roles["ann"] = Role.Editor;
        string document = await hosts.First.CreateWithAsync(_key);
        // What the token says counts for nothing.
        await using var ann = await hosts.Second.ConnectAsAsync("ann", Role.Viewer, "none-of-these");
        Assert.Equal("editor", (await ann.JoinAsync(document)).Text("role"));
        rules.Roles["ann"] = Role.Viewer;
        await hosts.First.Services.GetRequiredService<IAccessChanges>().ChangedAsync(new DocumentId(document), "ann");
        Assert.Equal("viewer", (await ann.NextAsync("role")).Text("role"));
        rules.Roles["ann"] = Role.None;
        await hosts.First.Services.GetRequiredService<IAccessChanges>().ChangedAsync(null, null);
        Assert.Equal("permission_revoked", (await ann.NextAsync("closed")).Text("reason"));
    }

    private sealed class OwnRules : IDocumentPermissions
    {
        public ConcurrentDictionary<string, Role> Roles { get; } = new();

        public async ValueTask<Role> GetRoleAsync(ClaimsPrincipal user, DocumentId document, CancellationToken cancellation)
        {
            await Task.Yield();
            return Roles.GetValueOrDefault(user.FindFirst(CollabClaims.Subject)!.Value);
        }
    }

    /// <summary>Stands before the grain that hosts listen to.</summary>
    private sealed class Faults : IIncomingGrainCallFilter
    {
        private volatile bool _isOn;
        private int _failed;

        public IGrainContext? Grain { get; private set; }

        public int Failed => Volatile.Read(ref _failed);

        public void Begin()
        {
            _isOn = true;
            Grain?.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "test"));
        }

        public void End() => _isOn = false;

        public async Task Invoke(IIncomingGrainCallContext context)
        {
            if (context.Grain is not AccessChangesGrain || context.MethodName != nameof(IAccessChangesGrain.Next))
            {
                await context.Invoke();
                return;
            }

            Grain = context.TargetContext;
            if (!_isOn)
                await context.Invoke();
            if (!_isOn)
                return;
            Interlocked.Increment(ref _failed);
            throw new TimeoutException("The test has cut it off.");
        }
    }
}
