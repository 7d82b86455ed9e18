using System.Globalization;

namespace Collab.Tests.Crash;

/// <summary>What came of a crash run.</summary>
/// <param name="Acknowledged">Operations whose author was told that they are durable.</param>
/// <param name="Found">Of them, those that the log was seen to have, at the revision acknowledged. The others retention had given up by then: only what they did to the text could be compared.</param>
/// <param name="Trimmed">Operations that retention gave up, at whatever time.</param>
/// <param name="Lost">Of them, or of what was typed, those that the log or the text does not have.</param>
/// <param name="Doubled">Operations or typed tokens that are there twice.</param>
/// <param name="Resubmitted">How often clients sent an operation again.</param>
/// <param name="Ready">From starting the process until it says that it is ready, for each round.</param>
/// <param name="Working">From starting the process until everybody has had an edit acknowledged again.</param>
/// <param name="Converged">From the last edit until everything is saved and everybody has everything.</param>
internal sealed record CrashReport(
    string Store,
    int Seed,
    int Rounds,
    int Kills,
    int Acknowledged,
    int Found,
    long Trimmed,
    int Lost,
    int Doubled,
    int Resubmitted,
    IReadOnlyList<TimeSpan> Ready,
    IReadOnlyList<TimeSpan> Working,
    IReadOnlyList<TimeSpan> Converged)
{
    public const string MarkdownHead = """
        | store | rounds | kills | acknowledged | found in the log at their revision | given up by retention | lost | doubled | sent again | start → ready | start → everybody works again | last edit → all equal |
        | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
        """;

    /// <summary>A row under <see cref="MarkdownHead"/>; times are the median and the longest.</summary>
    public string Markdown => string.Create(
        CultureInfo.InvariantCulture,
        $"| {Store} | {Rounds} | {Kills} | {Acknowledged} | {Found} | {Trimmed} | {Lost} | {Doubled} | {Resubmitted} | {Times(Ready)} | {Times(Working)} | {Times(Converged)} |");

    private static string Times(IReadOnlyList<TimeSpan> times)
    {
        var sorted = times.Order().ToList();
        return sorted.Count == 0 ? "–" : string.Create(CultureInfo.InvariantCulture, $"{sorted[sorted.Count / 2].TotalSeconds:0.0} s, at most {sorted[^1].TotalSeconds:0.0} s");
    }
}
