using System.Globalization;
using Collab.Grains.Filters;
using Collab.Observability.Runtime;
using Collab.Silo;

namespace Collab.Benchmarks.Observability;

/// <summary>What it costs to be measured: the same work with <c>Collab:Metrics:Enabled</c> and without, by turns.</summary>
/// <remarks>What the product counts by itself, inside of its code, can't be switched off. How often it counts for one operation is read off two scrapes, and multiplied by what each time takes.</remarks>
internal static class ObservabilityCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        int rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 9;
        int idleSeconds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 60;
        LibraryDefaults.Replace();
        Console.WriteLine($"Engine: {Engine.Name}. Medians of {rounds} rounds each (lowest–highest), in turns; processor time of the measured process.");
        Console.WriteLine();
        Console.WriteLine("| what | off | on | difference | on/off | budget |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        var counting = CounterCosts.Measure();
        Tell("µs for a grain call, filters that do nothing", await FilterCosts.OfGrainCallsAsync(3 * rounds, FilterCosts.AddEmpty), "");
        Tell("µs for a grain call, both filters", await FilterCosts.OfGrainCallsAsync(3 * rounds, silo => silo.AddGrainCallMetrics()), "");
        Tell("µs for a message, hub filter", FilterCosts.OfMessages(rounds), "");
        Tell("µs for a request, middleware without a server", await FilterCosts.OfRequestsAsync(3 * rounds), "");
        await using (var pair = await ServerPair.StartAsync())
        {
            Tell("µs for an HTTP request", await pair.RequestsAsync(rounds), "10 µs");
            Tell("µs for an operation, on the whole", await pair.OperationsAsync(rounds), "");
            var idle = await pair.IdleAsync(TimeSpan.FromSeconds(idleSeconds));
            Console.WriteLine(FormattableString.Invariant($"| % of one processor, idle for {idleSeconds} s | {idle.OffPercent:0.00} | {idle.OnPercent:0.00} | {idle.OnPercent - idle.OffPercent:0.00} | | 0.1 % |"));
            Console.WriteLine(FormattableString.Invariant($"| MiB resident, after all that | {idle.OffMegabytes:0} | {idle.OnMegabytes:0} | {idle.OnMegabytes - idle.OffMegabytes:0} | | 5 |"));
            Console.WriteLine();
            Console.WriteLine(FormattableString.Invariant($"One update: counter {counting.CounterNanoseconds:0.0} ns, gauge {counting.GaugeNanoseconds:0.0} ns, histogram {counting.HistogramNanoseconds:0.0} ns."));
            Console.WriteLine(pair.Updates.Tell(counting));
        }

        Console.WriteLine(FormattableString.Invariant($"Machine: {Environment.ProcessorCount} processors, load {File.ReadAllText("/proc/loadavg").Split(' ')[0]} at the end."));
        return 0;
    }

    private static void Tell(string what, Comparison comparison, string budget) =>
        Console.WriteLine(FormattableString.Invariant(
            $"| {what} | {Cell(comparison.Off)} | {Cell(comparison.On)} | {comparison.Difference:0.00} | {Median(comparison.On) / Median(comparison.Off):0.000} | {budget} |"));

    private static string Cell(IReadOnlyList<double> values) => FormattableString.Invariant($"{Median(values):0.00} ({values.Min():0.00}–{values.Max():0.00})");

    internal static double Median(IEnumerable<double> values) => values.Order().ToList() is var ordered ? ordered[ordered.Count / 2] : 0;
}

/// <summary>Rounds of the same work, without and with measurement: those of one place were neighbours in time.</summary>
internal sealed record Comparison(IReadOnlyList<double> Off, IReadOnlyList<double> On)
{
    /// <summary>Of neighbours, so that what changes slowly on a machine is in neither.</summary>
    public double Difference => ObservabilityCommand.Median(On.Zip(Off, (on, off) => on - off));

    public static async Task<Comparison> RunAsync(int rounds, Func<bool, Task<double>> measure)
    {
        // The code that will run has run before.
        await measure(false);
        await measure(true);
        List<double> off = [], on = [];
        for (int round = 0; round < rounds; round++)
        {
            // Who is first is so by turns, too.
            foreach (bool isOn in (bool[])[round % 2 == 0, round % 2 != 0])
                (isOn ? on : off).Add(await measure(isOn));
        }

        return new Comparison(off, on);
    }
}
