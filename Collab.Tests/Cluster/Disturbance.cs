namespace Collab.Tests.Cluster;

/// <summary>Something that happens to a running cluster, and ends.</summary>
internal abstract class Disturbance
{
    /// <summary>As a person would say it: <c>a silo killed</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Whether those at an entrance can work while it lasts, once the cluster has got over it.</summary>
    /// <param name="entrance">Its place in <see cref="LocalCluster.Entrances"/>.</param>
    public virtual bool Spares(int entrance) => true;

    public abstract Task BeginAsync(LocalCluster cluster);

    /// <summary>Back to what the plan says, everything ready.</summary>
    public virtual Task EndAsync(LocalCluster cluster) => cluster.MendAsync();
}
