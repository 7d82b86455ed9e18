using System.Globalization;
using Collab.Tests.Operations;

namespace Collab.Benchmarks.Replay;

/// <summary>The whole system: a hot document and many documents, each run with a fresh server; prints a table of medians.</summary>
internal static class ReplayCommand
{
    private static readonly Scenario[] Scenarios =
    [
        new("one document, 2 authors", 1, 2),
        new("one document, 8 authors", 1, 8),
        new("one document, 32 authors", 1, 32),
        new("fifty documents, 2 authors each", 50, 2),
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        var seconds = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 10;
        var runs = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 3;
        var (_, transactions) = Corpus.Read("rustcode.seq.jsonl.gz");
        var edits = transactions.Where(transaction => transaction.Patches[0] is { Deleted: > 0 } or { Inserted.Length: > 0 }).ToList();

        Console.WriteLine($"Median of {runs} runs of {seconds} s (lowest–highest). Latencies in milliseconds.");
        Console.WriteLine();
        Console.WriteLine("| scenario | operations/s | server CPU µs/op | authors' CPU µs/op | own edit back p50 | p99 | others' edit p50 | p99 | server MiB | other cores |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var scenario in Scenarios)
        {
            List<Scenario.Result> results = [];
            for (var run = 0; run < runs; run++)
                results.Add(await scenario.RunAsync(edits, TimeSpan.FromSeconds(seconds)));
            var cells = new[]
            {
                Cell(results, result => result.OperationsPerSecond, "0"),
                Cell(results, result => result.ServerMicroseconds, "0"),
                Cell(results, result => result.OwnMicroseconds, "0"),
                Cell(results, result => result.AcknowledgementP50, "0.00"),
                Cell(results, result => result.AcknowledgementP99, "0.0"),
                Cell(results, result => result.PropagationP50, "0.00"),
                Cell(results, result => result.PropagationP99, "0.0"),
                Cell(results, result => result.ResidentMebibytes, "0"),
                Cell(results, result => result.OtherCores, "0.00"),
            };
            Console.WriteLine($"| {scenario.Name} | {string.Join(" | ", cells)} |");
        }

        return 0;
    }

    private static string Cell(IEnumerable<Scenario.Result> results, Func<Scenario.Result, double> value, string format)
    {
        var values = results.Select(value).Order().ToList();
        return $"{Text(values[values.Count / 2])} ({Text(values[0])}–{Text(values[^1])})";

        string Text(double number) => number.ToString(format, CultureInfo.InvariantCulture);
    }
}
