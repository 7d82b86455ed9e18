using System.Net;
using System.Net.Sockets;

namespace Collab.Tests;

/// <summary>Ports for servers that are killed and started again on the same one.</summary>
/// <remarks>
/// They lie below the range that the kernel takes the clients' ends of connections from (32768–60999 on Linux). In that range the port is
/// anybody's while the server is down: some other connection gets it, or a client that tries to reconnect is given the very port it calls as
/// its own and is connected to itself, and the server can't come back.
/// </remarks>
internal static class OwnPort
{
    private const int First = 20_000;
    private const int Count = 10_000;

    private static int _next = Random.Shared.Next(Count);

    public static int Take()
    {
        for (int tries = 0; tries < Count; tries++)
        {
            int port = First + (int)((uint)Interlocked.Increment(ref _next) % Count);
            if (IsFree(port))
                return port;
        }

        throw new InvalidOperationException($"No port from {First} to {First + Count - 1} is free.");
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
