using Collab.Tests.EndToEnd;

namespace Collab.Tests.Cluster;

/// <summary>A silo dies without a word; later it is started again.</summary>
internal sealed class SiloKilled : Disturbance
{
    public override string Name => "a silo killed (SIGKILL), later started again";

    public override async Task BeginAsync(LocalCluster cluster) => await (await cluster.BusiestSiloAsync()).KillAsync();
}

/// <summary>A silo stops where it stands until the others have given it up, and then goes on as if nothing had been.</summary>
internal sealed class SiloFrozen : Disturbance
{
    private static readonly TimeSpan NoticeLimit = TimeSpan.FromSeconds(120);

    private ServerProcess _silo = null!;

    public override string Name => "a silo frozen (SIGSTOP) until the others have given it up, then thawed";

    public override async Task BeginAsync(LocalCluster cluster)
    {
        _silo = await cluster.BusiestSiloAsync();
        await _silo.Process.FreezeAsync();
    }

    // It learns that it was declared dead, and ends: whatever supervises it starts it again.
    public override async Task EndAsync(LocalCluster cluster)
    {
        await _silo.Process.ThawAsync();
        await _silo.Process.WhenEndedAsync(NoticeLimit);
        await cluster.MendAsync();
    }
}

/// <summary>One silo more, which is taken away again in order.</summary>
internal sealed class SiloAddedAndRemoved : Disturbance
{
    private ServerProcess _silo = null!;

    public override string Name => "a silo added, later removed in order (SIGTERM)";

    public override async Task BeginAsync(LocalCluster cluster) => _silo = await cluster.AddSiloAsync();

    public override async Task EndAsync(LocalCluster cluster)
    {
        Assert.Equal(0, await _silo.Process.TerminateAsync(Rolling.EndLimit));
        cluster.Forget(_silo);
        await _silo.DisposeAsync();
    }
}

/// <summary>A silo with documents is ended in order, and started again.</summary>
internal sealed class SiloRemoved : Disturbance
{
    public override string Name => "a silo removed in order (SIGTERM), later started again";

    public override async Task BeginAsync(LocalCluster cluster) => await Rolling.EndAsync(await cluster.BusiestSiloAsync());
}

/// <summary>The last silo and the last web host lose sight of all the others; both sides have the database and clients.</summary>
internal sealed class SiloCutOff : Disturbance
{
    private static readonly TimeSpan NoticeLimit = TimeSpan.FromSeconds(180);

    private int _hosts;

    public override string Name => "a silo and a web host cut off from the others, later let back";

    // With the island's silo gone, its web host has nobody to turn to.
    public override bool Spares(int entrance) => entrance < _hosts - 1;

    public override Task BeginAsync(LocalCluster cluster)
    {
        _hosts = cluster.Hosts.Count;
        return cluster.Island.CutAsync();
    }

    // The database tells the island's silo that the others have given it up.
    public override async Task EndAsync(LocalCluster cluster)
    {
        await cluster.Silos[^1].Process.WhenEndedAsync(NoticeLimit);
        await cluster.Island.MendAsync();
        await cluster.MendAsync();
    }
}
