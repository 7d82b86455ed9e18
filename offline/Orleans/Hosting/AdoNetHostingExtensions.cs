using Orleans.Configuration;

namespace Orleans.Hosting;

/// <summary>Clustering through a database: refused.</summary>
public static class AdoNetHostingExtensions
{
    public static ISiloBuilder UseAdoNetClustering(this ISiloBuilder builder, Action<AdoNetClusteringSiloOptions> configureOptions) =>
        throw NoCluster.Refuse(nameof(UseAdoNetClustering));

    public static IClientBuilder UseAdoNetClustering(this IClientBuilder builder, Action<AdoNetClusteringClientOptions> configureOptions) =>
        throw NoCluster.Refuse(nameof(UseAdoNetClustering));
}
