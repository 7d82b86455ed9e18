using Collab.Grains.Log;
using Collab.Tests.Web;
using Collab.Web.Connections;
using Collab.Web.Limits;
using Collab.Web.Messages;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

namespace Collab.Tests.Stress.Broken;

/// <summary>The real application on a real port, but for one fault that is put into it from outside: the product has no switch for any.</summary>
internal sealed class BrokenHost : IAsyncDisposable
{
    private readonly WebHost _host;

    private BrokenHost(Fault fault, int every, MemoryOperationLog log, string url, (string Key, string Value)[] settings)
    {
        Log = new BrokenLog(log, fault, every);
        var values = settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value);
        _host = new WebHost(values, url: url, configure: services =>
        {
            services.AddSingleton<IOperationLog>(Log);
            services.ServeBySignalRAlone();
            services.AddSingleton(provider => (HubConnectionHandler<CollabHub>)ActivatorUtilities.CreateInstance<PacedConnections>(
                provider, new BrokenProtocol.Resolver(provider.GetRequiredService<CollabHubProtocol>(), fault, every)));
            if (fault == Fault.HostDoubles)
                services.AddSingleton<IIncomingGrainCallFilter>(new GhostSession(every));
        });
    }

    public BrokenLog Log { get; }

    public Uri Url => _host.Http.BaseAddress!;

    /// <param name="every">One operation in so many is treated wrongly.</param>
    public static Task<BrokenHost> StartAsync(Fault fault, int every, params (string Key, string Value)[] settings) =>
        StartAsync(new BrokenHost(fault, every, new MemoryOperationLog(), $"http://127.0.0.1:{OwnPort.Take()}", settings));

    /// <summary>Ends, and starts again on the same port without the newest operations of each document, all of which it has acknowledged.</summary>
    public async Task<BrokenHost> RestartAsync(int forgotten)
    {
        string url = Url.ToString();
        await DisposeAsync();
        return await StartAsync(new BrokenHost(Fault.None, 1, await Log.ForgetAsync(forgotten), url, []));
    }

    private static async Task<BrokenHost> StartAsync(BrokenHost host)
    {
        await host._host.StartAsync();
        return host;
    }

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();
}
