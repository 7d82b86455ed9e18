using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using Collab.Benchmarks.Replay;
using Collab.Tests.EndToEnd;

namespace Collab.Benchmarks.Presence;

/// <summary>What it costs that so many look on while ten move their carets: deliveries, bytes and processor time of a real server process.</summary>
internal static class PresenceCommand
{
    private const int Movers = 10;

    private const int JoinsAtOnce = 20;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    // For the last joins to be told to everybody.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(string[] args)
    {
        var seconds = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 10;
        int[] audiences = args.Length > 1 ? [.. args[1..].Select(text => int.Parse(text, CultureInfo.InvariantCulture))] : [100, 1_000, 5_000];
        Console.WriteLine($"{Movers} people who move their carets 20 times a second, watched for {seconds} s.");
        Console.WriteLine();
        Console.WriteLine("| lookers-on | all joined after s | server CPU s for that | bytes to the last to join | messages/s to each | messages/s in all | bytes/s in all | server CPU ms/s | server MiB | other cores |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (int audience in audiences)
            await RunAsync(audience, TimeSpan.FromSeconds(seconds));
        return 0;
    }

    private static async Task RunAsync(int audience, TimeSpan duration)
    {
        await using var server = await ServerProcess.StartAsync([.. ServerProcess.WithoutRates, "Collab:Documents:SessionsLimit=1000000"]);
        using var http = new HttpClient { BaseAddress = server.Url };
        (await http.PostAsJsonAsync("/api/documents", new { id = "d", kind = "text" })).EnsureSuccessStatusCode();
        var movers = Enumerable.Range(0, Movers).Select(_ => new Onlooker(server.Url, "d")).ToList();
        var lookers = Enumerable.Range(0, audience).Select(_ => new Onlooker(server.Url, "d")).ToList();
        using var end = new CancellationTokenSource();
        await Task.WhenAll(movers.Select(mover => mover.JoinAsync()));
        var moving = movers.Select((mover, i) => MoveAsync(mover, i, end.Token)).Append(PingAsync(lookers, end.Token)).ToList();

        var (watch, joining) = (Stopwatch.StartNew(), new MachineCpu(() => [server.Process.Id]));
        await Parallel.ForEachAsync(lookers, new ParallelOptions { MaxDegreeOfParallelism = JoinsAtOnce }, async (looker, _) => await looker.JoinAsync());
        var (joined, joinCpu) = (watch.Elapsed, joining.Since().Roles[0]);
        await Task.Delay(Settling);

        lookers.ForEach(looker => looker.Reset());
        var machine = new MachineCpu(() => [server.Process.Id]);
        watch.Restart();
        await Task.Delay(duration);
        double elapsed = watch.Elapsed.TotalSeconds;
        var (roles, _, other) = machine.Since();
        double messages = lookers.Sum(looker => looker.Messages) / elapsed, bytes = lookers.Sum(looker => looker.Bytes) / elapsed;
        Console.WriteLine(FormattableString.Invariant(
            $"| {audience} | {joined.TotalSeconds:0.0} | {joinCpu.TotalSeconds:0.0} | {lookers[^1].BytesToJoin} | {messages / audience:0.0} | {messages:0} | {bytes:0} | {roles[0].TotalMilliseconds / elapsed:0} | {server.Process.MemoryBytes / 1048576.0:0} | {other.TotalSeconds / elapsed:0.00} |"));
        await end.CancelAsync();
        await Task.WhenAll(moving);
        movers.Concat(lookers).ToList().ForEach(client => client.Dispose());
    }

    private static async Task MoveAsync(Onlooker mover, int first, CancellationToken end)
    {
        for (int position = first; !end.IsCancellationRequested; position++)
        {
            await mover.ShowAsync(position % 1_000);
            await Task.Delay(Interval, CancellationToken.None);
        }
    }

    private static async Task PingAsync(List<Onlooker> lookers, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromSeconds(10), end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var looker in lookers.Where(looker => looker.BytesToJoin > 0))
                await looker.PingAsync();
        }
    }
}
