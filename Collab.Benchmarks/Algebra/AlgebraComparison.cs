using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Collab.Tests.Operations;

namespace Collab.Benchmarks.Algebra;

/// <summary>Ours and the npm libraries on the same traces, one after the other in one run, as a table with ratios.</summary>
internal static class AlgebraComparison
{
    private const string Ours = "collab";

    private static readonly string[] Libraries = [Ours, "quill-delta", "ot-text-unicode", "yjs", "loro-crdt", "diamond-types"];

    public static int Run(string[] args)
    {
        var runs = args is [var text, ..] ? int.Parse(text, CultureInfo.InvariantCulture) : 5;
        bool isAlone = args is [_, "alone"];
        List<Measurement> measurements =
        [
            .. MeasureTrace(new TraceWorkloads("sveltecomponent", isConcurrent: false), runs),
            .. MeasureTrace(new TraceWorkloads("rustcode", isConcurrent: false), runs),
            MeasureRebase(new TraceWorkloads("clownschool", isConcurrent: true), runs),
            .. isAlone ? [] : MeasurePeers(runs),
        ];

        Console.WriteLine($"Microseconds of processor time per operation, median of {runs} runs (fastest–slowest); in brackets the ratio to {Ours}.");
        Console.WriteLine();
        Console.WriteLine($"| workload | trace | operations | {string.Join(" | ", Libraries)} |");
        Console.WriteLine($"| --- | --- | --- | {string.Join(" | ", Libraries.Select(_ => "---"))} |");
        foreach (var row in measurements.GroupBy(measurement => (measurement.Workload, measurement.Trace)))
        {
            var own = row.First(measurement => measurement.Library == Ours);
            var cells = Libraries.Select(library => row.FirstOrDefault(measurement => measurement.Library == library) is { } found ? Cell(found, own) : "–");
            Console.WriteLine($"| {row.Key.Workload} | {row.Key.Trace} | {own.Operations} | {string.Join(" | ", cells)} |");
        }

        return 0;
    }

    private static IEnumerable<Measurement> MeasureTrace(TraceWorkloads trace, int runs) =>
    [
        Measure(trace, "apply", trace.Apply, runs),
        Measure(trace, "encode", trace.Encode, runs),
        Measure(trace, "decode", trace.Decode, runs),
        Measure(trace, "send", trace.Send, runs),
        Measure(trace, "receive", trace.Receive, runs),
    ];

    private static Measurement MeasureRebase(TraceWorkloads trace, int runs) => Measure(trace, "rebase", trace.Rebase, runs);

    private static Measurement Measure(TraceWorkloads trace, string workload, Action run, int runs)
    {
        // Both runtimes compile while they run: two seconds of processor time, and one whole run at least, for ours and for the peers.
        var warmUp = Environment.CpuUsage.TotalTime;
        do
            run();
        while (Environment.CpuUsage.TotalTime - warmUp < TimeSpan.FromSeconds(2));
        var milliseconds = new double[runs];
        for (var i = 0; i < runs; i++)
        {
            GC.Collect();
            // Processor time, with that of collector and compiler threads: on a shared machine the clock on the wall tells more about the neighbours.
            var start = Environment.CpuUsage.TotalTime;
            run();
            milliseconds[i] = (Environment.CpuUsage.TotalTime - start).TotalMilliseconds;
        }

        return new Measurement(Ours, workload, trace.Name, trace.Transactions, milliseconds);
    }

    private static List<Measurement> MeasurePeers(int runs)
    {
        var script = Peers();
        using var node = Process.Start(new ProcessStartInfo("node")
        {
            ArgumentList = { "--expose-gc", script, Corpus.Folder(), runs.ToString(CultureInfo.InvariantCulture) },
            RedirectStandardOutput = true,
        })!;
        List<Measurement> measurements = [];
        while (node.StandardOutput.ReadLine() is { } line)
            measurements.Add(JsonSerializer.Deserialize<Measurement>(line, JsonSerializerOptions.Web)!);
        node.WaitForExit();
        return node.ExitCode == 0 ? measurements : throw new InvalidOperationException($"{script} ended with {node.ExitCode}.");
    }

    private static string Peers()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var peers = Path.Combine(folder.FullName, "Collab.Benchmarks", "peers", "algebra");
            if (!Directory.Exists(peers))
                continue;
            return Directory.Exists(Path.Combine(peers, "node_modules"))
                ? Path.Combine(peers, "measure.mjs")
                : throw new InvalidOperationException($"The peers are not installed: run npm ci in {peers}.");
        }

        throw new DirectoryNotFoundException($"No Collab.Benchmarks/peers/algebra above {AppContext.BaseDirectory}.");
    }

    private static string Cell(Measurement measurement, Measurement own)
    {
        var cell = string.Create(
            CultureInfo.InvariantCulture,
            $"{measurement.Microseconds(0.5):0.00} ({measurement.Microseconds(0):0.00}–{measurement.Microseconds(1):0.00})");
        return measurement == own
            ? cell
            : string.Create(CultureInfo.InvariantCulture, $"{cell} [{measurement.Microseconds(0.5) / own.Microseconds(0.5):0.0}×]");
    }

    private sealed record Measurement(string Library, string Workload, string Trace, int Operations, double[] Milliseconds)
    {
        /// <summary>For one operation, at a quantile of the runs.</summary>
        public double Microseconds(double quantile) =>
            Milliseconds.Order().ElementAt((int)Math.Round(quantile * (Milliseconds.Length - 1))) * 1000 / Operations;
    }
}
