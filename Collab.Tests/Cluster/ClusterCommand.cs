using System.Globalization;
using Collab.Silo;

namespace Collab.Tests.Cluster;

/// <summary>The long form, run by <c>./collab cluster</c> as a process of its own so that each disturbance is told when it is over.</summary>
internal static class ClusterCommand
{
    /// <returns>The exit code of the process.</returns>
    public static async Task<int> RunAsync(string rounds, string seed)
    {
        if (Engine.IsStandIn)
        {
            Console.Error.WriteLine(ClusterFactAttribute.Reason);
            return 2;
        }

        var reports = new List<ClusterReport>();
        try
        {
            await using (var cluster = await LocalCluster.StartAsync(ClusterPlan.Usual))
                for (int round = 0; round < Number(rounds); round++)
                    foreach (var disturbance in Disturbances())
                        reports.Add(await TellAsync(ClusterRun.RunAsync(cluster, disturbance, Number(seed) + round)));
            if (Island.WhyNot() is { } reason)
                Console.WriteLine(reason);
            else
                await CutOffAsync(Number(rounds), Number(seed), reports);
            return 0;
        }
        catch (Xunit.Sdk.XunitException failure)
        {
            Console.Error.WriteLine(failure.Message);
            return 1;
        }
        finally
        {
            Console.WriteLine($"\n{ClusterReport.MarkdownHead}\n{string.Join('\n', reports.Select(report => report.Markdown))}");
        }
    }

    private static Disturbance[] Disturbances() =>
    [
        new SiloKilled(), new SiloFrozen(), new SiloAddedAndRemoved(), new SiloRemoved(), new HostKilled(0, "client"), new HostKilled(1, "member"), new Rolling(), new AllKilled(),
    ];

    private static async Task CutOffAsync(int rounds, int seed, List<ClusterReport> reports)
    {
        await using var cluster = await LocalCluster.StartAsync(ClusterPlan.WithIsland);
        for (int round = 0; round < rounds; round++)
            reports.Add(await TellAsync(ClusterRun.RunAsync(cluster, new SiloCutOff(), seed + round)));
    }

    private static async Task<ClusterReport> TellAsync(Task<ClusterReport> running)
    {
        var report = await running;
        Console.WriteLine(report.Markdown);
        return report;
    }

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);
}
