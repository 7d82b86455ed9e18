using System.Net;
using System.Net.Sockets;

namespace Orleans.Hosting;

/// <summary>Where a silo listens: refused.</summary>
public static class EndpointOptionsExtensions
{
    public static ISiloBuilder ConfigureEndpoints(this ISiloBuilder builder, IPAddress advertisedIP, int siloPort, int gatewayPort, bool listenOnAnyHostAddress = false) =>
        throw NoCluster.Refuse(nameof(ConfigureEndpoints));

    public static ISiloBuilder ConfigureEndpoints(
        this ISiloBuilder builder, int siloPort, int gatewayPort, AddressFamily addressFamily = AddressFamily.InterNetwork, bool listenOnAnyHostAddress = false) =>
        throw NoCluster.Refuse(nameof(ConfigureEndpoints));
}
