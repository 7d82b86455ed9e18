using System.Globalization;
using Collab.Benchmarks.Replay;
using Collab.Silo;
using Collab.Tests.Operations;

namespace Collab.Benchmarks.Cluster;

/// <summary>Several processes on this machine, which share its processors: what one operation, connection and document costs each of them.</summary>
internal static class ClusterCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (Engine.IsStandIn)
        {
            Console.Error.WriteLine("The stand-in engine is one node and can't cluster: COLLAB_OFFLINE=0 ./collab bench cluster, where Orleans' packages can be had.");
            return 2;
        }

        switch (args)
        {
            case ["idle", .. var rest]:
                await IdleCost.RunAsync(Number(rest, 0, 2000), Number(rest, 1, 10_000));
                return 0;
            case ["throughput", .. var rest]:
                await ThroughputAsync(Number(rest, 0, 10), Number(rest, 1, 3), Number(rest, 2, 40));
                return 0;
            default:
                Console.Error.WriteLine("cluster throughput [seconds] [runs] [documents] | cluster idle [connections] [document length]");
                return 2;
        }
    }

    private static async Task ThroughputAsync(int seconds, int runs, int documents)
    {
        var (_, transactions) = Corpus.Read("rustcode.seq.jsonl.gz");
        var edits = transactions.Where(transaction => transaction.Patches[0] is { Deleted: > 0 } or { Inserted.Length: > 0 }).ToList();
        Console.WriteLine($"Median of {runs} runs of {seconds} s (lowest–highest). Latencies in milliseconds, bytes and processor time for one operation.");
        Console.WriteLine();
        Console.WriteLine("| scenario | operations/s | web hosts µs | silos µs | database µs | authors µs | own edit back p50 | p99 | to the same host p50 | p99 | across hosts p50 | p99 | clients–hosts B | hosts–silos B | silos–silos B | database B | other cores |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (int silos in (int[])[0, 1, 2, 3])
        {
            var scenario = new Throughput(silos, documents);
            List<Throughput.Result> results = [];
            for (var run = 0; run < runs; run++)
                results.Add(await scenario.RunAsync(edits, TimeSpan.FromSeconds(seconds)));
            string[] cells =
            [
                Cell(results, result => result.OperationsPerSecond, "0"),
                .. Enumerable.Range(0, 4).Select(role => Cell(results, result => result.Microseconds[role], "0")),
                .. Quantiles(results, result => result.Acknowledgement),
                .. Quantiles(results, result => result.Near),
                .. Quantiles(results, result => result.Across),
                .. Enumerable.Range(0, 4).Select(link => Cell(results, result => result.Bytes[link], "0")),
                Cell(results, result => result.OtherCores, "0.00"),
            ];
            Console.WriteLine($"| {scenario.Name} | {string.Join(" | ", cells)} |");
        }
    }

    private static string[] Quantiles(List<Throughput.Result> results, Func<Throughput.Result, Latencies> of) =>
        [Cell(results, result => of(result).Quantile(0.5), "0.0"), Cell(results, result => of(result).Quantile(0.99), "0")];

    private static string Cell(IEnumerable<Throughput.Result> results, Func<Throughput.Result, double> value, string format)
    {
        var values = results.Select(value).Order().ToList();
        return $"{Text(values[values.Count / 2])} ({Text(values[0])}–{Text(values[^1])})";

        string Text(double number) => number.ToString(format, CultureInfo.InvariantCulture);
    }

    private static int Number(string[] args, int place, int otherwise) => args.Length > place ? int.Parse(args[place], CultureInfo.InvariantCulture) : otherwise;
}
