using System.Diagnostics;
using Collab.Stress.Server;

namespace Collab.Stress.Integrity;

/// <summary>The check of a whole run: every document, some at a time.</summary>
internal static class IntegrityCheck
{
    /// <summary>Documents at a time. Each has its log's fingerprints and some pages in memory, and its reads are work for the server.</summary>
    private static readonly int Parallel = 2 * Environment.ProcessorCount;

    /// <summary>To be called when nobody edits any more and nothing is waited for.</summary>
    /// <param name="limit">How long one document's replicas may take to see the last operations.</param>
    /// <param name="cancellation">Ends it without a result.</param>
    public static async Task<IntegrityReport> RunAsync(IReadOnlyCollection<WatchedDocument> documents, StressServer server, TimeSpan limit, CancellationToken cancellation = default)
    {
        long started = Stopwatch.GetTimestamp();
        var gate = new Lock();
        var whole = new IntegrityReport();
        // One connection for all of them: a server's limits of connections have been reached by the run itself, perhaps.
        await using var latecomer = server.Connect("check");
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation };
        await System.Threading.Tasks.Parallel.ForEachAsync(documents, options, async (document, cancellation) =>
        {
            var report = await new DocumentCheck(document, server, latecomer, limit).RunAsync(cancellation);
            lock (gate)
                whole += report;
        });
        return whole with { Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds };
    }
}
