using System.Diagnostics;
using Collab.Tests.EndToEnd;

namespace Collab.Tests.Crash.Outages;

/// <summary>The store falls ill while twenty clients type, and gets well again. In the end everything must be as if nothing had happened.</summary>
internal static class OutageRun
{
    // So that there is something to lose, and a window full of operations.
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(0.5);

    /// <param name="isKilled">Whether the server is killed while the store is ill, and started when it is well; else it lives through all of it.</param>
    /// <exception cref="Xunit.Sdk.XunitException">Something is lost, there twice, or not equal. The message has the evidence, and the server's log is kept.</exception>
    public static async Task<OutageReport> RunAsync(Outage outage, int seed, bool isKilled = false)
    {
        await using var ill = outage;
        await using var server = new ServerProcess(await outage.StartAsync());
        try
        {
            await server.StartAgainAsync();
            await using var writers = await Writers.JoinAsync(server.Url, new Random(seed));
            return await RunAsync(outage, server, writers, isKilled);
        }
        catch (Exception failure)
        {
            string folder = server.Keep();
            Assert.Fail($"{outage.Name}{(isKilled ? ", the server killed meanwhile" : "")}, seed {seed}: {failure.Message}\nThe server's log is kept in {folder}.\n{failure.StackTrace}");
            throw;
        }
    }

    private static async Task<OutageReport> RunAsync(Outage outage, ServerProcess server, Writers writers, bool isKilled)
    {
        writers.Start();
        await writers.WhenEachIsAcknowledgedAsync();
        await using var bystanders = await Bystanders.WatchAsync(server.Url, writers.Typists[0].Document.Id);
        await Task.Delay(Before);

        var refusedBefore = writers.Refusals;
        int lostBefore = writers.ConnectionsLost;
        (_, _) = (bystanders.Reads.Take(), bystanders.Presences.Take());
        long began = Stopwatch.GetTimestamp();
        await outage.BeginAsync();
        await Task.Delay(outage.Length);
        var (reads, presences) = (bystanders.Reads.Take(), bystanders.Presences.Take());
        if (isKilled)
            await server.KillAsync();
        writers.Mark();
        await outage.EndAsync();
        long ended = Stopwatch.GetTimestamp();
        if (isKilled)
            await server.StartAgainAsync();

        await writers.WhenEachIsAcknowledgedAsync();
        var recovered = Stopwatch.GetElapsedTime(ended);
        await Task.Delay(After);
        await writers.StopAsync();
        await writers.WhenSettledAsync();
        var evidence = await writers.AuditAsync();
        Assert.True(evidence.Count == 0, $"{writers.Lost} lost, {writers.Doubled} doubled.\n{string.Join('\n', evidence.Take(40))}");
        return new OutageReport(
            isKilled ? $"{outage.Name}; the server killed meanwhile" : outage.Name,
            Stopwatch.GetElapsedTime(began, ended),
            writers.AcknowledgedTotal,
            writers.Lost,
            writers.Doubled,
            writers.Refusals.Where(refusal => refusal.Value > refusedBefore.GetValueOrDefault(refusal.Key))
                .ToDictionary(refusal => refusal.Key, refusal => refusal.Value - refusedBefore.GetValueOrDefault(refusal.Key)),
            writers.ConnectionsLost - lostBefore,
            reads,
            presences,
            Stopwatch.GetElapsedTime(ended, Math.Max(ended, writers.FirstAcknowledged!.Value)),
            recovered);
    }
}
