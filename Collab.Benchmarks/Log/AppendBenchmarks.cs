using BenchmarkDotNet.Attributes;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Grains.Log;

namespace Collab.Benchmarks.Log;

/// <summary>One transaction of the log, by how many operations it carries: what group commit gains. Times are for the whole transaction.</summary>
public class AppendBenchmarks
{
    private const int Documents = 64;

    private readonly byte[] _encoded = new byte[150];
    private readonly long[] _heads = new long[Documents];
    private readonly SessionId _session = SessionId.New();
    private BenchmarkedLog _made = null!;
    private IOperationLog _log = null!;
    private int _turn;

    [Params("memory", "sqlite", "postgresql")]
    public string Store { get; set; } = "";

    [Params(1, 16, 256, 2048)]
    public int Operations { get; set; }

    // Both wait: the toolchain in the process would not for a task.
    [GlobalSetup]
    public void Setup() => SetupAsync().GetAwaiter().GetResult();

    [GlobalCleanup]
    public void Cleanup() => _made.DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>All of one document, as one hot document makes them.</summary>
    [Benchmark]
    public async Task One_document()
    {
        await AppendAsync([Next(0, Operations)]);
    }

    /// <summary>Spread over up to 64 documents, as many small ones make them.</summary>
    [Benchmark]
    public async Task Many_documents()
    {
        var documents = Math.Min(Operations, Documents);
        await AppendAsync([.. Enumerable.Range(0, documents).Select(_ => Next(_turn++ % Documents, Operations / documents))]);
    }

    private static DocumentId Document(int number) => new($"document-{number}");

    private LogAppend Next(int document, int operations)
    {
        var records = new LogRecord[operations];
        for (var i = 0; i < operations; i++)
        {
            var revision = ++_heads[document];
            records[i] = new LogRecord(new Revision(revision), _session, revision, (ulong)revision, _encoded);
        }

        return new LogAppend(Document(document), 1, records, DateTimeOffset.UnixEpoch);
    }

    private async Task SetupAsync()
    {
        _made = await BenchmarkedLog.OpenAsync(Store);
        _log = _made.Log;
        Array.Clear(_heads);
        for (var i = 0; i < Documents; i++)
        {
            await _log.CreateAsync(Document(i), new NewDocument("text", ConflictPolicy.Merge, ""), DateTimeOffset.UnixEpoch, null, CancellationToken.None);
            await _log.OpenAsync(Document(i), CancellationToken.None);
        }
    }

    private async Task AppendAsync(LogAppend[] appends)
    {
        var outcomes = await _log.AppendAsync(appends, CancellationToken.None);
        if (outcomes.Any(outcome => outcome != AppendOutcome.Durable))
            throw new InvalidOperationException($"An append was {outcomes.First(outcome => outcome != AppendOutcome.Durable)}.");
    }
}
