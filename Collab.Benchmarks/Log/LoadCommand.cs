using System.Diagnostics;
using System.Globalization;
using Collab.Contracts;
using Collab.Grains.Documents;
using Collab.Operations.Text;
using Collab.Tests.Log;
using Microsoft.Extensions.Logging.Abstractions;

namespace Collab.Benchmarks.Log;

/// <summary>How long a document takes to load, by the length of its history: with the snapshots that the server keeps, and without any.</summary>
internal static class LoadCommand
{
    private const int Runs = 9;
    private static readonly DocumentOptions Options = new();

    public static async Task<int> RunAsync(string[] args)
    {
        long[] lengths = args.Length > 0 ? [.. args.Select(arg => long.Parse(arg, CultureInfo.InvariantCulture))] : [1_000, 100_000, 1_000_000];
        Console.WriteLine($"A text of {WrittenHistory.DocumentLength} code units that is typed in and deleted from, {Options.SnapshotOperations} operations between snapshots, the newest 1,500 back. Milliseconds, median of {Runs} (lowest–highest); without snapshots once.");
        Console.WriteLine();
        Console.WriteLine("| store | operations | load | operations read | content half-way | without snapshots |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (var store in (string[])["memory", "sqlite", "postgresql"])
        {
            foreach (var length in lengths)
                await RunAsync(store, length);
        }

        return 0;
    }

    private static async Task RunAsync(string store, long length)
    {
        await using var made = await BenchmarkedLog.OpenAsync(store);
        var (kept, bare) = (new DocumentId("kept"), new DocumentId("bare"));
        await WrittenHistory.WriteAsync(made.Log, kept, length, isKeepingSnapshots: true);
        await WrittenHistory.WriteAsync(made.Log, bare, length, isKeepingSnapshots: false);

        var log = new CountedLog(made.Log);
        var loads = await MeasureAsync(log, kept, null, Runs);
        var read = log.Records / Runs;
        var past = await MeasureAsync(log, kept, new Revision(length / 2), 3);
        var replay = await MeasureAsync(log, bare, null, 1);
        Console.WriteLine($"| {store} | {length} | {Cell(loads)} | {read} | {Cell(past)} | {Text(replay[0])} |");
    }

    private static async Task<List<double>> MeasureAsync(CountedLog log, DocumentId id, Revision? at, int runs)
    {
        var loader = new DocumentLoader(log, NullLogger<DocumentLoader>.Instance);
        List<double> times = [];
        for (var run = 0; run < runs; run++)
        {
            var start = Stopwatch.GetTimestamp();
            var document = (await log.OpenAsync(id, CancellationToken.None))!;
            await loader.LoadAsync(document with { Revision = at ?? document.Revision }, TextKind.Instance, Options, CancellationToken.None);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        times.Sort();
        return times;
    }

    private static string Cell(List<double> sorted) => $"{Text(sorted[sorted.Count / 2])} ({Text(sorted[0])}–{Text(sorted[^1])})";

    private static string Text(double number) => number.ToString("0.0", CultureInfo.InvariantCulture);
}
