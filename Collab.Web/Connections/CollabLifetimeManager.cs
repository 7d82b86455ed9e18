using Microsoft.AspNetCore.SignalR;

namespace Collab.Web.Connections;

/// <summary>Gets hold of each connection that SignalR serves.</summary>
internal sealed class CollabLifetimeManager(LocalConnections connections, ILogger<DefaultHubLifetimeManager<CollabHub>> logger)
    : DefaultHubLifetimeManager<CollabHub>(logger)
{
    public override Task OnConnectedAsync(HubConnectionContext connection)
    {
        connection.Features.Set(connections.Open(new HubTransport(connection)));
        return base.OnConnectedAsync(connection);
    }

    public override Task OnDisconnectedAsync(HubConnectionContext connection)
    {
        connections.Close(connection.ConnectionId);
        return base.OnDisconnectedAsync(connection);
    }
}
