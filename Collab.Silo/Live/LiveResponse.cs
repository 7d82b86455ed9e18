namespace Collab.Silo.Live;

/// <summary>The answer of <c>/operations/live</c>, as <c>docs/ops-page.md</c> describes it. Times are milliseconds since 1970; null is what is not known.</summary>
internal sealed record LiveResponse(
    long At,
    double StepSeconds,
    IReadOnlyList<long> Times,
    LiveCharts Charts,
    LiveCounts Counts,
    IReadOnlyList<LiveHostResponse> Hosts,
    IReadOnlyList<LiveBreaker> Breakers,
    IReadOnlyList<LiveHint> Hints,
    string? Runbook,
    IReadOnlyList<LiveDocument> Documents,
    IReadOnlyList<LiveConflict> Conflicts);

/// <summary>Each array has one number for each of <see cref="LiveResponse.Times"/>: per second, or seconds, or a ratio of 0 to 1.</summary>
internal sealed record LiveCharts(
    IReadOnlyDictionary<string, double?[]> Operations,
    IReadOnlyDictionary<string, double?[]> Conflicts,
    double?[] ConflictRatio,
    LiveQuantiles Propagation,
    LiveQuantiles Commit,
    double?[] Sessions,
    double?[] Connections,
    double?[] Documents,
    double?[] Deliveries,
    IReadOnlyDictionary<string, double?[]> CacheHitRatio,
    double?[] BatchSize,
    double?[] Batches,
    double?[] LogQueue,
    int[] Hosts);

internal sealed record LiveQuantiles(double?[] P50, double?[] P95);

/// <summary>How many there were in the last 15 minutes, or as far back as is known.</summary>
internal sealed record LiveCounts(
    IReadOnlyDictionary<string, double> Operations,
    IReadOnlyList<LiveConflictCount> Conflicts,
    double ContentMismatches,
    double FencedAppends,
    double SlowConsumers,
    IReadOnlyDictionary<string, double> Errors);

internal sealed record LiveConflictCount(string Kind, string Resolution, double Count);

/// <param name="State"><c>telling</c>, <c>silent</c> (it should have told, and has not), <c>left</c> (ended in order).</param>
internal sealed record LiveHostResponse(
    string Name,
    IReadOnlyList<string> Parts,
    string Version,
    string State,
    double AgeSeconds,
    double? Connections,
    double? Sessions,
    double? Documents,
    double? OperationsPerSecond,
    double? DeliveriesPerSecond,
    double? CpuRatio,
    double? MemoryBytes);

/// <param name="State"><c>closed</c>, <c>half-open</c>, <c>open</c>: the worst of its hosts.</param>
/// <param name="Hosts">Where it is not closed.</param>
internal sealed record LiveBreaker(string Name, string State, IReadOnlyList<string> Hosts, double Trips);

/// <summary>What an alert would say.</summary>
/// <param name="Alert">Its name, and the heading in <c>docs/runbook.md</c>.</param>
/// <param name="Severity"><c>critical</c> or <c>warning</c>.</param>
internal sealed record LiveHint(string Alert, string Severity, string Text);

internal sealed record LiveDocument(string Id, string Silo, double OperationsPerSecond, int Sessions, int Hosts, long Bytes, double FlushSeconds);

/// <summary>Who against whom: sessions, no names and no text.</summary>
internal sealed record LiveConflict(string Document, string Kind, string Resolution, long Revision, string Session, long OtherRevision, string OtherSession, long At);
