using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Collab.Web.Sockets;

/// <summary>How what arrives gets from a socket to who handles it. A matter of the whole process, so <c>Collab.Web</c> asks for it; an application that Collab is built into may.</summary>
public static class InlineScheduling
{
    private const string Completions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>
    /// Lets the thread that learns of a socket's data handle it to the end, and write the answer, where the runtime and Kestrel by default wake another thread for each of these steps: three hops less for a message in, and one less for a
    /// message out. To be called before the process has its first socket. Whoever sets the runtime's own switch to 0 has the completions on the pool.
    /// </summary>
    /// <remarks>
    /// What blocks such a thread holds up every connection. Collab's messages never do, see <see cref="Connections.ClientVerbs"/>; what goes by HTTP is handled in the pool, where <see cref="SocketHandover"/> is used, without which this must not
    /// be; and so is whatever has awaited a grain. What else awaits a socket, a database's or another server's, may not block before it has awaited something else.
    /// </remarks>
    public static IServiceCollection UseInlineScheduling(this IServiceCollection services)
    {
        if (Environment.GetEnvironmentVariable(Completions) is null)
            Environment.SetEnvironmentVariable(Completions, "1");
        return services.Configure<SocketTransportOptions>(transport => transport.UnsafePreferInlineScheduling = true);
    }
}
