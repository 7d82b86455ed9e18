using System.Text.Json.Serialization;

namespace Collab.Stress.Integrity;

/// <summary>What became of what the server had acknowledged.</summary>
/// <param name="Acknowledged">Operations that the clients were told are durable.</param>
/// <param name="Found">Those of them that are in their document's log.</param>
/// <param name="Doubled">Operations that a log holds more than once.</param>
/// <param name="Findings">What is wrong, one sentence each; none when all is well.</param>
internal sealed record IntegrityReport(long Acknowledged, long Found, long Doubled, IReadOnlyList<string> Findings)
{
    public static IntegrityReport Empty { get; } = new(0, 0, 0, []);

    /// <summary>Acknowledged operations found, of all acknowledged. Rounding never makes 1 of it while one is missing.</summary>
    public double Ratio => Acknowledged == 0 ? 1 : (double)Found / Acknowledged;

    /// <summary>Acknowledged operations that no log holds.</summary>
    public long Lost => Acknowledged - Found;

    /// <summary>Nothing is lost, doubled, or different anywhere.</summary>
    [JsonIgnore]
    public bool IsWhole => Findings.Count == 0 && Found == Acknowledged && Doubled == 0;

    public static IntegrityReport operator +(IntegrityReport a, IntegrityReport b) =>
        new(a.Acknowledged + b.Acknowledged, a.Found + b.Found, a.Doubled + b.Doubled, [.. a.Findings, .. b.Findings]);
}
