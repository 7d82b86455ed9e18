namespace Collab.Tests.Web.Security;

/// <summary>A host that lets nobody in without a credential, and knows two API keys.</summary>
public sealed class GuardedHost : IAsyncLifetime
{
    public GuardedHost() => Host = new WebHost(Credentials.Settings(
        Key,
        ("Collab:Access:ApiKeys:1:Name", "weak"),
        ("Collab:Access:ApiKeys:1:Hash", Credentials.Hash(WeakKey)),
        ("Collab:Access:ApiKeys:1:Documents", "team-7-*"),
        ("Collab:Access:ApiKeys:1:Role", "editor"),
        ("Collab:Access:TokenLifetimeLimit", "01:00:00")));

    public WebHost Host { get; }

    /// <summary>May everything.</summary>
    public string Key { get; } = Credentials.NewKey();

    /// <summary>Is an editor's, in documents of team 7.</summary>
    public string WeakKey { get; } = Credentials.NewKey();

    public Task InitializeAsync() => Host.StartAsync();

    public Task DisposeAsync() => Host.DisposeAsync();
}
