using System.Text.Json.Serialization;

namespace Collab.Stress.Integrity;

/// <summary>What became of what the server had acknowledged. The report's <c>integrity</c>.</summary>
internal sealed record IntegrityReport
{
    private const int FindingsLimit = 100;

    /// <summary>Acknowledged operations that are in their document's log, of all acknowledged of which that can be known. Rounding never makes 1 of it while one is missing.</summary>
    public double Ratio => Acknowledged == GivenUp ? 1 : (double)Found / (Acknowledged - GivenUp);

    /// <summary>Operations that the clients were told are durable.</summary>
    public long Acknowledged { get; init; }

    /// <summary>Those of them that are in their document's log.</summary>
    public long Found => Acknowledged - GivenUp - Lost;

    /// <summary>Those of them that are not.</summary>
    public long Lost { get; init; }

    /// <summary>Those of them that stood in history that the server has given up since: nobody can look.</summary>
    public long GivenUp { get; init; }

    /// <summary>Operations that a log has more than once, or that nobody made.</summary>
    public long Doubled { get; init; }

    /// <summary>Operations that a log has otherwise than their author sent them.</summary>
    public long Altered { get; init; }

    /// <summary>Replicas that were not the document, at the end or at any time.</summary>
    public long Diverged { get; init; }

    public long Documents { get; init; }

    /// <summary>Clients, those that left included.</summary>
    public long Replicas { get; init; }

    /// <summary>Operations of all logs, as far as they were read.</summary>
    public long Operations { get; init; }

    /// <summary>How long the check took.</summary>
    public double Seconds { get; init; }

    /// <summary>What is wrong, one sentence each; none when all is well. The first hundred.</summary>
    public IReadOnlyList<string> Findings { get; init; } = [];

    public long FindingsTotal { get; init; }

    /// <summary>What could not be compared, one sentence each. Nothing is known to be wrong there.</summary>
    public IReadOnlyList<string> NotCompared { get; init; } = [];

    /// <summary>Nothing is lost, doubled, or different anywhere.</summary>
    [JsonIgnore]
    public bool IsWhole => FindingsTotal == 0;

    public static IntegrityReport operator +(IntegrityReport a, IntegrityReport b) => new()
    {
        Acknowledged = a.Acknowledged + b.Acknowledged,
        Lost = a.Lost + b.Lost,
        GivenUp = a.GivenUp + b.GivenUp,
        Doubled = a.Doubled + b.Doubled,
        Altered = a.Altered + b.Altered,
        Diverged = a.Diverged + b.Diverged,
        Documents = a.Documents + b.Documents,
        Replicas = a.Replicas + b.Replicas,
        Operations = a.Operations + b.Operations,
        Seconds = Math.Max(a.Seconds, b.Seconds),
        Findings = [.. a.Findings.Concat(b.Findings).Take(FindingsLimit)],
        FindingsTotal = a.FindingsTotal + b.FindingsTotal,
        NotCompared = [.. a.NotCompared.Concat(b.NotCompared).Take(FindingsLimit)],
    };

    /// <summary>The same, and something more that is wrong.</summary>
    public IntegrityReport With(IReadOnlyCollection<string> findings) =>
        this with { Findings = [.. findings.Concat(Findings).Take(FindingsLimit)], FindingsTotal = FindingsTotal + findings.Count };
}
