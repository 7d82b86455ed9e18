using System.Diagnostics;
using Collab.Tests.Crash;

namespace Collab.Tests.Cluster;

/// <summary>Something happens to a cluster while people at both web hosts type in the same documents. In the end everything must be as if nothing had happened.</summary>
internal static class ClusterRun
{
    // Half of them at each of two web hosts, in each document two of different hosts.
    private const int Clients = 10;
    private const int Documents = 10;

    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);
    private static int _runs;

    /// <param name="cluster">As planned, and everything ready; so it is afterwards. After a failure everything in it is dead.</param>
    /// <exception cref="Xunit.Sdk.XunitException">Something is lost, there twice, refused, or not equal. The message has the evidence, and the logs are kept.</exception>
    public static async Task<ClusterReport> RunAsync(LocalCluster cluster, Disturbance disturbance, int seed)
    {
        try
        {
            string name = $"run{Interlocked.Increment(ref _runs)}";
            var plan = new WritersPlan(cluster.Entrances, [.. cluster.Hosts.Select(host => host.Url)], Clients, Documents, name);
            await using var writers = await Writers.JoinAsync(plan, new Random(seed));
            return await RunAsync(cluster, disturbance, writers);
        }
        catch (Exception failure)
        {
            string folder = cluster.KeepLogs();
            await cluster.KillAllAsync();
            Assert.Fail($"{disturbance.Name}, seed {seed}: {failure.Message}\nWhat the processes wrote is in {folder}.\n{failure.StackTrace}");
            throw;
        }
    }

    private static async Task<ClusterReport> RunAsync(LocalCluster cluster, Disturbance disturbance, Writers writers)
    {
        writers.Start();
        await writers.WhenEachWorksAsync();
        await Task.Delay(Between);

        var (refusedBefore, lostBefore) = (writers.Refusals, writers.ConnectionsLost);
        writers.Mark();
        long began = Stopwatch.GetTimestamp();
        await disturbance.BeginAsync(cluster);
        var lasted = Stopwatch.GetElapsedTime(began);
        var over = await writers.WhenEachWorksAsync(disturbance.Spares);
        await Task.Delay(Between);
        await disturbance.EndAsync(cluster);
        var afterEnd = await writers.WhenEachWorksAsync();
        await Task.Delay(Between);
        List<TimeSpan> pauses = [.. writers.Typists.Select(typist => typist.LongestPause)];

        await writers.StopAsync();
        await writers.WhenSettledAsync();
        await writers.WhenSeenAsync();
        var evidence = await writers.AuditAsync();
        Assert.True(evidence.Count == 0, $"{writers.Lost} lost, {writers.Doubled} doubled.\n{string.Join('\n', evidence.Take(40))}");
        return new ClusterReport(
            disturbance.Name,
            lasted,
            over,
            afterEnd,
            pauses,
            writers.AcknowledgedTotal,
            writers.ResubmissionsTotal,
            writers.Refusals.Where(refusal => refusal.Value > refusedBefore.GetValueOrDefault(refusal.Key))
                .ToDictionary(refusal => refusal.Key, refusal => refusal.Value - refusedBefore.GetValueOrDefault(refusal.Key)),
            writers.ConnectionsLost - lostBefore,
            writers.Lost,
            writers.Doubled);
    }
}
