using System.IO.Pipelines;
using Collab.Web.Connections;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace Collab.Web.Limits;

/// <summary>SignalR's handler of this hub's connections, which reads from each at most at its pace (<see cref="PacedReader"/>).</summary>
internal sealed class PacedConnections(
    HubLifetimeManager<CollabHub> lifetimes,
    IHubProtocolResolver protocols,
    IOptions<HubOptions> all,
    IOptions<HubOptions<CollabHub>> hub,
    ILoggerFactory loggers,
    IUserIdProvider users,
    IServiceScopeFactory scopes,
    IOptions<CollabOptions> options,
    TimeProvider clock) : HubConnectionHandler<CollabHub>(lifetimes, protocols, all, hub, loggers, users, scopes)
{
    public override Task OnConnectedAsync(ConnectionContext connection)
    {
        var reader = new PacedReader(connection.Transport.Input, options.Value.Limits, clock);
        connection.Transport = new Paced(reader, connection.Transport.Output);
        connection.Features.Set(reader);
        return base.OnConnectedAsync(connection);
    }

    private sealed class Paced(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
