using Xunit.Abstractions;

namespace Collab.Tests.Cluster;

/// <summary>
/// Scale-out itself, on the real engine: three silos and two web hosts as processes of their own, people at both hosts. Whatever happens, nothing
/// acknowledged is lost or there twice, no edit is given up, and everybody has the same. The long form is <c>./collab cluster</c>.
/// </summary>
public sealed class ClusterTests(ClusterTests.Processes processes, ITestOutputHelper output) : IClassFixture<ClusterTests.Processes>
{
    private const int Seed = 20261121;

    [ClusterFact]
    public Task A_silo_is_killed() => PassAsync(new SiloKilled());

    [ClusterFact]
    public Task A_silo_is_frozen_until_the_others_have_given_it_up_and_goes_on() => PassAsync(new SiloFrozen());

    [ClusterFact]
    public Task A_silo_is_added_and_removed() => PassAsync(new SiloAddedAndRemoved());

    [ClusterFact]
    public Task A_silo_with_documents_is_removed() => PassAsync(new SiloRemoved());

    [ClusterTheory]
    [InlineData(0, "client")]
    [InlineData(1, "member")]
    public Task A_web_host_is_killed(int number, string mode) => PassAsync(new HostKilled(number, mode));

    [ClusterFact]
    public Task All_processes_are_restarted_in_turn() => PassAsync(new Rolling());

    [ClusterFact]
    public Task All_processes_are_killed_at_once() => PassAsync(new AllKilled());

    [IslandFact]
    public async Task A_silo_is_cut_off()
    {
        await using var cluster = await LocalCluster.StartAsync(ClusterPlan.WithIsland);
        Tell(await ClusterRun.RunAsync(cluster, new SiloCutOff(), Seed));
    }

    private async Task PassAsync(Disturbance disturbance)
    {
        var cluster = await processes.ReadyAsync();
        Tell(await ClusterRun.RunAsync(cluster, disturbance, Seed));
    }

    private void Tell(ClusterReport report)
    {
        output.WriteLine($"{ClusterReport.MarkdownHead}\n{report.Markdown}");
        Assert.True(report.Acknowledged > 100, $"Only {report.Acknowledged} operations were acknowledged; this run has tested nothing.");
    }

    /// <summary>One cluster for all of them; each leaves it as it was.</summary>
    public sealed class Processes : IAsyncLifetime
    {
        private LocalCluster? _cluster;

        public Task InitializeAsync() => Task.CompletedTask;

        public async Task DisposeAsync()
        {
            if (_cluster is not null)
                await _cluster.DisposeAsync();
        }

        /// <summary>Started when the first test asks, and mended where one has failed.</summary>
        internal async Task<LocalCluster> ReadyAsync()
        {
            if (_cluster is null)
                _cluster = await LocalCluster.StartAsync(ClusterPlan.Usual);
            else
                await _cluster.MendAsync();
            return _cluster;
        }
    }
}
