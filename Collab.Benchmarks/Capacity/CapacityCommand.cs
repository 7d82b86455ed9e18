using System.Globalization;

namespace Collab.Benchmarks.Capacity;

/// <summary>The capacity model of docs/scaling.md: <c>check</c> plays what was measured, <c>fleet</c> works out and plays what can't be.</summary>
internal static class CapacityCommand
{
    private static readonly (long Connections, long Documents)[] Sizes = [(1_000, 100), (10_000, 1_000), (100_000, 10_000), (1_000_000, 100_000), (10_000_000, 1_000_000)];

    public static int Run(string[] args)
    {
        int seed = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 20261121;
        Console.WriteLine($"Seed {seed}.");
        Console.WriteLine();
        switch (args)
        {
            case ["check", ..]:
                Check(seed);
                return 0;
            case ["fleet", ..]:
                Fleets(seed);
                return 0;
            default:
                Console.Error.WriteLine("capacity check|fleet [seed]");
                return 2;
        }
    }

    private static void Check(int seed)
    {
        Console.WriteLine("| measured | operations/s | simulated | difference | server µs for one | simulated | median ms | simulated | in one transaction |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var row in Measurements.All)
        {
            // What neighbours took is as if all work took longer.
            double slower = Measurements.Cores / (Measurements.Cores - row.OtherCores);
            var report = new FleetSimulation(row.Fleet, row.Costs.Slower(slower), seed, Measurements.Cores, row.Authors).Run(warmup: 0.5, seconds: 4);
            double difference = (report.OperationsPerSecond / row.OperationsPerSecond) - 1;
            double server = report.Microseconds[..(int)Role.Client].Sum() / slower;
            Write($"| {row.Name}{(row.IsFitted ? "" : " (predicted)")} | {row.OperationsPerSecond:0} | {report.OperationsPerSecond:0} | {difference:+0 %;−0 %;0 %} | {row.ServerMicroseconds:0} | {server:0} | {row.MedianMilliseconds:0.0} | {report.LatencyP50 * 1000:0.0} | {report.Batch:0.0} |");
        }
    }

    private static void Fleets(int seed)
    {
        var costs = Measurements.Fleet;
        Console.WriteLine("| connections | documents | cells | silos | web hosts | operations/s | in one transaction | deliveries/s | WAL MB/s of one database | silos busy, formula / simulated | web hosts | databases | seen again after ms, p50 | p99 |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var (connections, documents) in Sizes)
        {
            var sizing = Sizing.For(connections, documents, new Fleet(), costs);
            var formulas = Formulas.Of(sizing.Cell, costs);
            // Cells are alike and know nothing of each other: one is played.
            var report = new FleetSimulation(sizing.Cell, costs, seed).Run(warmup: 0.5, seconds: 3);
            Write($"| {connections:#,0} | {documents:#,0} | {sizing.Cells} | {sizing.Cells * sizing.Cell.Silos} | {sizing.Cells * sizing.Cell.WebHosts} | {sizing.Cells * formulas.Operations:#,0} | {formulas.Batch:0.0} / {report.Batch:0.0} | {sizing.Cells * formulas.Deliveries:#,0} | {formulas.WalBytes / 1e6:0.0} | {formulas.Silo:0 %} / {report.Silo:0 %} | {formulas.Web:0 %} / {report.Web:0 %} | {formulas.Database:0 %} / {report.Database:0 %} | {report.LatencyP50 * 1000:0.0} | {report.LatencyP99 * 1000:0.0} |");
        }
    }

    private static void Write(FormattableString row) => Console.WriteLine(row.ToString(CultureInfo.InvariantCulture));
}
