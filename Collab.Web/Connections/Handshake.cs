using System.Net;
using Collab.Web.Limits;
using Collab.Web.Security;

namespace Collab.Web.Connections;

/// <summary>What a connection keeps of the request that it began with, which may be over while the connection lives.</summary>
/// <param name="Address">Where it came from.</param>
/// <param name="Caller">Whom it showed; null if its connection still has to say.</param>
/// <param name="Pass">Its place among the connections of this host.</param>
internal sealed record Handshake(string Scheme, HostString Host, PathString Path, IPAddress? Address, Caller? Caller, ConnectionPass? Pass)
{
    public static Handshake Of(HttpContext context) => new(
        context.Request.Scheme, context.Request.Host, context.Request.Path, context.Connection.RemoteIpAddress, context.FindCaller(), context.Features.Get<ConnectionPass>());
}
