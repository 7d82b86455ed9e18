using System.Diagnostics;
using System.Globalization;
using Collab.Benchmarks.Replay;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Grains.Log;
using Collab.Tests.Log;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Collab.Benchmarks.Log;

/// <summary>
/// The log writer under documents that each wait for their append before the next, as document grains do: what the flush interval and the flush size
/// cost and gain. The options' defaults rest on this.
/// </summary>
internal static class GroupCommitCommand
{
    private const int OperationBytes = 150;

    public static async Task<int> RunAsync(string[] args)
    {
        var seconds = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 3;
        Console.WriteLine($"Documents that append one operation of {OperationBytes} bytes after the other, {seconds} s each. Latencies in milliseconds.");
        foreach (var store in (string[])["memory", "sqlite", "postgresql"])
        {
            Console.WriteLine();
            Console.WriteLine($"| {store}: documents | flush interval | flush size | operations/s | in one commit | p50 | p99 | bytes written ahead for one |");
            Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
            foreach (var documents in (int[])[1, 16, 256])
            {
                foreach (var (interval, size) in ((double, int)[])[(0, 2048), (1, 2048), (5, 2048), (0, 32)])
                {
                    if (size < 2048 && documents < 256)
                        continue;
                    await using var made = await BenchmarkedLog.OpenAsync(store);
                    long? before = await made.WrittenAheadAsync();
                    var (rate, batch, latencies) = await MeasureAsync(made.Log, documents, TimeSpan.FromMilliseconds(interval), size, TimeSpan.FromSeconds(seconds));
                    var written = (await made.WrittenAheadAsync() - before) / latencies.Count;
                    Console.WriteLine(FormattableString.Invariant(
                        $"| {documents} | {interval} ms | {size} | {rate:0} | {batch:0.0} | {latencies.Quantile(0.5):0.00} | {latencies.Quantile(0.99):0.0} | {written} |"));
                }
            }
        }

        return 0;
    }

    private static async Task<(double Rate, double Batch, Latencies Latencies)> MeasureAsync(IOperationLog log, int documents, TimeSpan interval, int size, TimeSpan duration)
    {
        var counted = new CountedLog(log);
        var options = new LogOptions { FlushInterval = interval, FlushOperationsLimit = size };
        await using var writer = new LogWriter(counted, Options.Create(options), TimeProvider.System, NullLogger<LogWriter>.Instance);
        var ids = Enumerable.Range(0, documents).Select(number => new DocumentId($"document-{number}")).ToList();
        foreach (var id in ids)
        {
            await log.CreateAsync(id, new NewDocument("text", ConflictPolicy.Merge, ""), DateTimeOffset.UtcNow, null, CancellationToken.None);
            await log.OpenAsync(id, CancellationToken.None);
        }

        var start = Stopwatch.GetTimestamp();
        var each = await Task.WhenAll(ids.Select(id => Task.Run(() => TypeAsync(writer, id, start, duration))));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var all = new Latencies();
        each.ToList().ForEach(all.Add);
        return (all.Count / seconds, (double)all.Count / counted.Batches, all);
    }

    private static async Task<Latencies> TypeAsync(LogWriter writer, DocumentId id, long start, TimeSpan duration)
    {
        var latencies = new Latencies();
        var encoded = new byte[OperationBytes];
        var session = SessionId.New();
        for (var revision = 1L; Stopwatch.GetElapsedTime(start) < duration; revision++)
        {
            var from = Stopwatch.GetTimestamp();
            var record = new LogRecord(new Revision(revision), session, revision, (ulong)revision, encoded);
            if (await writer.AppendAsync(new LogAppend(id, 1, [record], DateTimeOffset.UtcNow)) != AppendOutcome.Durable)
                throw new InvalidOperationException($"Document {id} could not append operation {revision}.");
            latencies.Add(from);
        }

        return latencies;
    }
}
