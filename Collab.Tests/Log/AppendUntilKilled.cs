using Collab.Contracts;
using Collab.Grains.Log;
using Collab.Grains.Log.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Collab.Tests.Log;

/// <summary>
/// The child of <see cref="SigkillTests"/>: several documents append through one writer, as grains do, and each prints
/// <c>document revision</c> once that is acknowledged. Goes on until it is killed.
/// </summary>
internal static class AppendUntilKilled
{
    public const int Documents = 6;

    public static DocumentId Document(int number) => new($"d{number}");

    /// <summary>What is appended at a revision, whoever asks: length and content follow from it.</summary>
    public static LogRecord Expected(int document, long revision) =>
        Samples.Record(revision, $"s{document}", size: (int)((revision * 7919) + document) % 97 == 0 ? 20_000 : 150);

    public static async Task<int> RunAsync(string path, int seed)
    {
        // Nobody listens any more when the parent is gone, and a closed pipe does not tell: the end of the input does.
        _ = Task.Run(() =>
        {
            Console.In.ReadToEnd();
            Environment.Exit(3);
        });
        using var log = SqliteOperationLog.Open(new LogOptions { Path = path }, NullLogger<SqliteOperationLog>.Instance);
        await using var writer = new LogWriter(log, Options.Create(new LogOptions()), TimeProvider.System, NullLogger<LogWriter>.Instance);
        await using var output = Console.Out;
        await Task.WhenAll(Enumerable.Range(0, Documents).Select(document => AppendAsync(log, writer, document, new Random(seed + document))));
        return 0;
    }

    private static async Task AppendAsync(SqliteOperationLog log, LogWriter writer, int number, Random random)
    {
        var document = Document(number);
        await log.CreateAsync(document, Samples.Text, Samples.Time, null, CancellationToken.None);
        var opened = (await log.OpenAsync(document, CancellationToken.None))!;
        for (var head = opened.Revision; ;)
        {
            var records = Enumerable.Range(1, random.Next(1, 6)).Select(i => Expected(number, head.Value + i)).ToList();
            var outcome = await writer.AppendAsync(new LogAppend(document, opened.Epoch, records, Samples.Time));
            if (outcome != AppendOutcome.Durable)
                throw new InvalidOperationException($"Document {document}: operation {head.Next} was {outcome}.");
            head = records[^1].Revision;
            // One write for the whole line, so that the parent reads it whole or not at all; Console.Out is synchronized and flushes.
            await Console.Out.WriteAsync($"{number} {head}\n");
            if (random.Next(50) == 0)
                await log.WriteSnapshotAsync(document, new LogSnapshot(head, (uint)head.Value, new byte[random.Next(50_000)], Samples.Time), milestoneOperations: 100_000, CancellationToken.None);
        }
    }
}
