using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Contracts.Fanout;
using Collab.Contracts.Presence;
using Collab.Contracts.Sessions;
using Collab.Grains;
using Collab.Grains.Log;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Collab.Tests.Documents;

/// <summary>A silo in the test's process, on whichever engine the build has, with the memory log.</summary>
public sealed class GrainHost : IAsyncLifetime
{
    private readonly IHost _host;
    private readonly Ears _ears = new();
    private IListeningHost? _listening;

    public GrainHost()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection([
            new("Collab:Log:Provider", "memory"), new("Collab:Sessions:Grace", "00:00:00.200"), new("Collab:Documents:SnapshotOperations", "50")]);
        builder.UseOrleans(silo => silo.UseLocalhostClustering(OwnPort.Take(), OwnPort.Take()).AddCollabGrains());
        builder.Services.AddSingleton<ILogWriter>(provider => Writer = new FaultyLogWriter(provider.GetRequiredService<LogWriter>()));
        _host = builder.Build();
    }

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    public IServiceProvider Services => _host.Services;

    /// <summary>A web host that answers.</summary>
    public IListeningHost Listening => _listening ??= Grains.CreateObjectReference<IListeningHost>(_ears);

    public IOperationLog Log => _host.Services.GetRequiredService<IOperationLog>();

    /// <summary>Lets a test break the next appends.</summary>
    internal FaultyLogWriter Writer { get; private set; } = null!;

    public static DocumentId NewId() => new($"d-{Guid.NewGuid():N}");

    public IDocumentGrain Document(DocumentId id) => Grains.GetGrain<IDocumentGrain>(id.Value);

    public ISessionGrain Session(SessionId id) => Grains.GetGrain<ISessionGrain>(id.Value);

    public IPresenceGrain Presence(DocumentId id) => Grains.GetGrain<IPresenceGrain>(id.Value);

    public async Task<IDocumentGrain> CreateAsync(DocumentId id, string kind = "text", ConflictPolicy policy = ConflictPolicy.Merge)
    {
        var document = Document(id);
        Assert.True((await document.Create(new NewDocument(kind, policy, "A title"))).IsNew);
        return document;
    }

    public Task InitializeAsync() => _host.StartAsync();

    public async Task DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private sealed class Ears : IListeningHost
    {
        public Task Ping(bool hasMissed) => Task.CompletedTask;
    }
}
