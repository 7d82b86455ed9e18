using Collab.Tests.EndToEnd;

namespace Collab.Tests.Cluster;

/// <summary>A web host dies without a word: the load balancer sends its clients to the other.</summary>
/// <param name="number">Its place in <see cref="LocalCluster.Hosts"/>.</param>
internal sealed class HostKilled(int number, string mode) : Disturbance
{
    public override string Name => $"a web host ({mode}) killed (SIGKILL), later started again";

    public override Task BeginAsync(LocalCluster cluster) => cluster.Hosts[number].KillAsync();
}

/// <summary>Each process in turn is ended in order and started again, as an upgrade does it.</summary>
internal sealed class Rolling : Disturbance
{
    /// <summary>How long a process may take to end; far more than it is given where it is deployed, since this machine is busy.</summary>
    public static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(120);

    public override string Name => "all processes restarted in turn (SIGTERM)";

    public static async Task EndAsync(ServerProcess process) => Assert.Equal(0, await process.Process.TerminateAsync(EndLimit));

    public override async Task BeginAsync(LocalCluster cluster)
    {
        foreach (var process in cluster.All)
        {
            await EndAsync(process);
            await process.StartAgainAsync();
        }
    }
}

/// <summary>The power fails and comes back.</summary>
internal sealed class AllKilled : Disturbance
{
    public override string Name => "all processes killed at once (SIGKILL) and started again";

    public override async Task BeginAsync(LocalCluster cluster)
    {
        await cluster.KillAllAsync();
        await cluster.MendAsync();
    }
}
