using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Collab.Web.Sockets;

/// <summary>How what arrives gets from a socket to who handles it. Kestrel's own, so for a whole server; <c>Collab.Web</c> calls it, an application that Collab is built into may.</summary>
public static class InlineScheduling
{
    /// <summary>
    /// Lets the thread of the pool that learns of a socket's data handle it to the end, and write the answer, where Kestrel by default wakes another thread for each of these steps: two hops less for a message in, and one less for a message out.
    /// </summary>
    /// <remarks>
    /// For applications that don't block threads for long; Collab never does. It holds up nobody else: before the runtime handles what came on one socket, it hands what came on the others to the rest of the pool.
    /// That is why completions on the polling thread itself (DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS), which would save one hop more, are not asked for: there one slow request, or one slow answer of the database, holds up every connection.
    /// </remarks>
    public static IServiceCollection UseInlineScheduling(this IServiceCollection services) => services.Configure<SocketTransportOptions>(transport => transport.UnsafePreferInlineScheduling = true);
}
