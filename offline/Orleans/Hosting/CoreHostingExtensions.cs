using System.Net;
using Orleans.Configuration;

namespace Orleans.Hosting;

/// <summary>How a silo finds the others: here there are none.</summary>
public static class CoreHostingExtensions
{
    /// <summary>A cluster of this one silo. The stand-in opens no port and listens to nobody: ports and endpoint are without effect.</summary>
    public static ISiloBuilder UseLocalhostClustering(
        this ISiloBuilder builder,
        int siloPort = 11111,
        int gatewayPort = 30000,
        IPEndPoint? primarySiloEndpoint = null,
        string serviceId = ClusterOptions.DefaultServiceId,
        string clusterId = ClusterOptions.DefaultClusterId) =>
        builder.Configure<ClusterOptions>(options =>
        {
            options.ServiceId = serviceId;
            options.ClusterId = clusterId;
        });
}
