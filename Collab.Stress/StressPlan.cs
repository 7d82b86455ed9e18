using Collab.Stress.Scenarios;

namespace Collab.Stress;

/// <summary>One run: who does what, where, how much and for how long.</summary>
internal sealed record StressPlan
{
    public const int DocumentsDefault = 2;
    public const int DocumentsLimit = 10_000;
    public const int ClientsDefault = 4;
    public const int ClientsLimit = 1_000;

    public required Uri Target { get; init; }

    public required Scenario Scenario { get; init; }

    /// <summary>Default 2, 1–10000.</summary>
    public int Documents { get; init; } = DocumentsDefault;

    /// <summary>Default 4, 1–1000. More in one document than the server's <c>Collab:Limits:SessionsPerDocument</c> are refused there.</summary>
    public int ClientsPerDocument { get; init; } = ClientsDefault;

    /// <summary>How long clients edit; opening, settling and checking come on top.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Edits per second of each client; null is the scenario's.</summary>
    public double? Rate { get; init; }

    public int Seed { get; init; }

    public string? ApiKey { get; init; }

    public string? Token { get; init; }

    /// <summary>Between two edits of a client, on average.</summary>
    public TimeSpan Interval => TimeSpan.FromSeconds(1 / (Rate ?? Scenario.Rate));

    public override string ToString() =>
        $"{Scenario.Name} against {Target}: {Documents} documents × {ClientsPerDocument} clients × {1 / Interval.TotalSeconds:0.##} edits/s for {Duration.TotalSeconds:0.#} s, seed {Seed}";
}
