using Microsoft.AspNetCore.SignalR;

namespace Collab.Web.Connections;

/// <summary>Gets hold of each connection as SignalR has it, so that deliveries are written to it directly.</summary>
internal sealed class CollabLifetimeManager(LocalConnections connections, ILogger<DefaultHubLifetimeManager<CollabHub>> logger)
    : DefaultHubLifetimeManager<CollabHub>(logger)
{
    public override Task OnConnectedAsync(HubConnectionContext connection)
    {
        connections.Open(connection);
        return base.OnConnectedAsync(connection);
    }

    public override Task OnDisconnectedAsync(HubConnectionContext connection)
    {
        connections.Close(connection);
        return base.OnDisconnectedAsync(connection);
    }
}
