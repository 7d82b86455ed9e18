using System.Globalization;

namespace Collab.Tests.Crash.Outages;

/// <summary>What clients saw of an outage.</summary>
/// <param name="Lasted">From its beginning to its end.</param>
/// <param name="Refusals">How often which refusal came, from the beginning until all was well.</param>
/// <param name="ConnectionsLost">How often a client had to connect again.</param>
/// <param name="Reads">Reading content over REST, while it lasted.</param>
/// <param name="Presences">Seeing another move, while it lasted.</param>
/// <param name="FirstAcknowledged">From the end to the first edit that was acknowledged.</param>
/// <param name="Recovered">From the end until everybody, in each document, had an edit acknowledged.</param>
internal sealed record OutageReport(
    string Name,
    TimeSpan Lasted,
    int Acknowledged,
    int Lost,
    int Doubled,
    IReadOnlyDictionary<string, int> Refusals,
    int ConnectionsLost,
    Tries Reads,
    Tries Presences,
    TimeSpan FirstAcknowledged,
    TimeSpan Recovered)
{
    public const string MarkdownHead = """
        | outage | lasted | refusals seen by 20 clients | connections lost | reads meanwhile | presence meanwhile | end → first acknowledged | end → everybody | acknowledged in all | lost | doubled |
        | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
        """;

    /// <summary>A row under <see cref="MarkdownHead"/>.</summary>
    public string Markdown => string.Create(
        CultureInfo.InvariantCulture,
        $"| {Name} | {Seconds(Lasted)} | {Told} | {ConnectionsLost} | {Words(Reads)} | {Words(Presences)} | {Seconds(FirstAcknowledged)} | {Seconds(Recovered)} | {Acknowledged} | {Lost} | {Doubled} |");

    private string Told => Refusals.Count == 0
        ? "none"
        : string.Join(", ", Refusals.OrderByDescending(refusal => refusal.Value).Select(refusal => string.Create(CultureInfo.InvariantCulture, $"{refusal.Value} `{refusal.Key}`")));

    private static string Words(Tries tries) => tries.Count == 0 ? "–" : string.Create(
        CultureInfo.InvariantCulture, $"{tries.Count - tries.Failures.Count} of {tries.Count}, at most {tries.Longest.TotalMilliseconds:0} ms");

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s");
}
