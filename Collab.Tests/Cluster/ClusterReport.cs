using System.Globalization;

namespace Collab.Tests.Cluster;

/// <summary>What people at documents saw of a disturbance.</summary>
/// <param name="Begin">How long it took to happen.</param>
/// <param name="Over">From then until each typist's next edit was durable and everybody there had it.</param>
/// <param name="AfterEnd">The same, from when everything was back as planned.</param>
/// <param name="Pauses">Each typist's longest time without an acknowledgement in all that time.</param>
/// <param name="Refusals">How often which refusal came to a client, which then tried again.</param>
/// <param name="ConnectionsLost">How often a stay in a document lost its connection.</param>
internal sealed record ClusterReport(
    string Name,
    TimeSpan Begin,
    IReadOnlyList<TimeSpan> Over,
    IReadOnlyList<TimeSpan> AfterEnd,
    IReadOnlyList<TimeSpan> Pauses,
    int Acknowledged,
    int Resubmitted,
    IReadOnlyDictionary<string, int> Refusals,
    int ConnectionsLost,
    int Lost,
    int Doubled)
{
    public const string MarkdownHead = """
        | what happened | lasted | then until everybody works | after its end until everybody works | a typist's longest pause | acknowledged | sent again | refusals that clients got over | connections lost | lost | doubled |
        | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
        """;

    /// <summary>A row under <see cref="MarkdownHead"/>; times are the median and the longest.</summary>
    public string Markdown => string.Create(
        CultureInfo.InvariantCulture,
        $"| {Name} | {Begin.TotalSeconds:0.0} s | {Times(Over)} | {Times(AfterEnd)} | {Times(Pauses)} | {Acknowledged} | {Resubmitted} | {Told} | {ConnectionsLost} | {Lost} | {Doubled} |");

    private string Told => Refusals.Count == 0
        ? "none"
        : string.Join(", ", Refusals.OrderByDescending(refusal => refusal.Value).Select(refusal => string.Create(CultureInfo.InvariantCulture, $"{refusal.Value} `{refusal.Key}`")));

    private static string Times(IReadOnlyList<TimeSpan> times)
    {
        var sorted = times.Order().ToList();
        return sorted.Count == 0 ? "–" : string.Create(CultureInfo.InvariantCulture, $"{sorted[sorted.Count / 2].TotalSeconds:0.0} s, at most {sorted[^1].TotalSeconds:0.0} s");
    }
}
