using Collab.Grains;
using Microsoft.AspNetCore.DataProtection;

namespace Collab.Silo;

/// <summary>Composes a silo into a host: the one place that knows both the engine and the grains.</summary>
public static class CollabSilo
{
    // Tokens of one host are read by the others: the same name everywhere, whatever the folder an application runs from.
    private const string ApplicationName = "Collab";

    /// <summary>Adds this process' part in the cluster, as <see cref="ClusterOptions.Mode"/> says, and with it the <see cref="IGrainFactory"/>.</summary>
    public static TBuilder AddCollabCluster<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder => builder.AddCollabSilo();

    /// <summary>Adds the silo with Collab's grains and log, and the keys that resume tokens are protected with.</summary>
    public static TBuilder AddCollabSilo<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        var cluster = builder.Configuration.GetSection(ClusterOptions.Section).Get<ClusterOptions>() ?? new ClusterOptions();
        if (!cluster.Mode.Equals(ClusterOptions.EmbeddedMode, StringComparison.OrdinalIgnoreCase))
            throw new OrleansConfigurationException(CannotCluster(cluster.Mode));
        builder.Services.AddOptions<ClusterOptions>().BindConfiguration(ClusterOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddDataProtection()
            .SetApplicationName(ApplicationName)
            .PersistKeysToFileSystem(new DirectoryInfo(cluster.KeysPath));
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering(cluster.SiloPort, cluster.GatewayPort)
            .AddCollabGrains());
        builder.Services.AddCollabOperations();
        return builder;
    }

    private static string CannotCluster(string mode) => Engine.IsStandIn
        ? $"Collab:Cluster:Mode is {mode}, but this build runs on the stand-in engine of offline/, which is one node and can't cluster. Build the default form (./collab probe), or set {ClusterOptions.EmbeddedMode}."
        : $"Collab:Cluster:Mode is {mode}; this version of Collab knows {ClusterOptions.EmbeddedMode} only.";
}
