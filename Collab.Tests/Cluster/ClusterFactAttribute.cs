using Collab.Silo;

namespace Collab.Tests.Cluster;

/// <summary>A test that needs several processes in one cluster, and so the real engine. Where the build runs on the stand-in, it is skipped and says so.</summary>
internal class ClusterFactAttribute : FactAttribute
{
    public ClusterFactAttribute() => Skip = Reason;

    internal static string? Reason => Engine.IsStandIn
        ? "This build runs on the stand-in engine of offline/, which is one node and can't cluster. COLLAB_OFFLINE=0 ./collab test runs this where Orleans' packages can be had."
        : null;
}

/// <inheritdoc/>
internal sealed class ClusterTheoryAttribute : TheoryAttribute
{
    public ClusterTheoryAttribute() => Skip = ClusterFactAttribute.Reason;
}

/// <summary>A cluster test that makes a network of its own, as <see cref="Island"/> does.</summary>
internal sealed class IslandFactAttribute : ClusterFactAttribute
{
    public IslandFactAttribute() => Skip ??= Island.WhyNot();
}
