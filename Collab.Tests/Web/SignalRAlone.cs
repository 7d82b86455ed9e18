using Collab.Web;
using Collab.Web.Connections;
using Collab.Web.Messages;
using Collab.Web.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Collab.Tests.Web;

/// <summary>A host that leaves every connection to SignalR, so that a test can put something of its own between the two.</summary>
internal static class SignalRAlone
{
    public static IServiceCollection ServeBySignalRAlone(this IServiceCollection services) => services.AddSingleton(provider => new SocketServer(
        provider.GetRequiredService<CollabHubProtocol>(), provider.GetRequiredService<LocalConnections>(), provider.GetRequiredService<IConfiguration>(), provider.GetRequiredService<IHostApplicationLifetime>(),
        provider.GetRequiredService<IOptions<CollabOptions>>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<ClientSocket>>())
    {
        IsOn = false,
    });
}
