using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Collab.Web.Sockets;

/// <summary>What becomes of the HTTP request that a WebSocket began with. Kestrel's own, so for a whole server or an endpoint; <c>Collab.Web</c> calls it, an application that Collab is built into may.</summary>
public static class SocketHandover
{
    /// <summary>
    /// Lets Kestrel hand its connections over to Collab once they are WebSockets, so that the request that each began with is over. It would otherwise last as long as they do, with its context, its services and its buffers: more than half of what
    /// an idle connection holds.
    /// </summary>
    /// <remarks>
    /// Sets <see cref="KestrelServerOptions.ConfigureEndpointDefaults"/>, of which there is one. A connection with TLS is served within its request all the same, because an endpoint's TLS comes after its defaults: see
    /// <see cref="UseSocketHandover(ListenOptions)"/>. So is every connection where <see cref="KestrelServerLimits.MaxConcurrentUpgradedConnections"/> is set, which counts requests.
    /// </remarks>
    public static IServiceCollection UseSocketHandover(this IServiceCollection services) =>
        services.Configure<KestrelServerOptions>(kestrel => kestrel.ConfigureEndpointDefaults(listen => listen.UseSocketHandover()));

    /// <summary>The same for one endpoint that is set up in code, behind its <c>UseHttps</c> and whatever else changes what is written.</summary>
    public static ListenOptions UseSocketHandover(this ListenOptions listen)
    {
        var limits = listen.KestrelServerOptions.Limits;
        listen.Use(next => (ConnectionContext connection) =>
        {
            if (limits.MaxConcurrentUpgradedConnections is null)
                return new ConnectionHandover(connection).RunAsync(next);
            connection.Transport = new PooledTransport(connection.Transport);
            return next(connection);
        });
        return listen;
    }
}
