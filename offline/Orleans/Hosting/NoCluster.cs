using Orleans.Runtime;

namespace Orleans.Hosting;

/// <summary>What asks for more than one node: signatures of Orleans', so that the file that composes a host compiles, and an answer that says why not.</summary>
internal static class NoCluster
{
    public static OrleansConfigurationException Refuse(string asked) => new(
        $"{asked} was called, but this is the stand-in for Orleans of Collab's folder offline/, which is one node and can't cluster. Build with Orleans' packages (./collab probe).");
}
