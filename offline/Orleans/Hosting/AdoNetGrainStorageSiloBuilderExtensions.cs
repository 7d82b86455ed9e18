using Orleans.Configuration;

namespace Orleans.Hosting;

/// <summary>Grain state in a database: refused.</summary>
public static class AdoNetGrainStorageSiloBuilderExtensions
{
    public static ISiloBuilder AddAdoNetGrainStorage(this ISiloBuilder builder, string name, Action<AdoNetGrainStorageOptions> configureOptions) =>
        throw NoCluster.Refuse(nameof(AddAdoNetGrainStorage));
}
