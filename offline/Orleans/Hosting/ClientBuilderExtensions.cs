using Orleans.Configuration;

namespace Orleans.Hosting;

/// <summary>Options of a client: refused.</summary>
public static class ClientBuilderExtensions
{
    public static IClientBuilder AddActivityPropagation(this IClientBuilder builder) => throw NoCluster.Refuse(nameof(AddActivityPropagation));

    public static IClientBuilder UseLocalhostClustering(
        this IClientBuilder builder,
        int gatewayPort = 30000,
        string serviceId = ClusterOptions.DefaultServiceId,
        string clusterId = ClusterOptions.DefaultClusterId) => throw NoCluster.Refuse(nameof(UseLocalhostClustering));
}
