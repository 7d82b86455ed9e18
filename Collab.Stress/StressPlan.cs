using Collab.Stress.Editing.Edits;
using Collab.Stress.Http;
using Collab.Stress.Scenarios;
using Collab.Stress.Traces;

namespace Collab.Stress;

/// <summary>One run: who does what, where, how much and for how long. Everything is decided: nothing here stands for a default.</summary>
internal sealed record StressPlan
{
    public const int DocumentsLimit = 10_000;
    public const int ClientsLimit = 20_000;
    public const double RpsLimit = 1_000_000;

    public required Uri Target { get; init; }

    public required Scenario Scenario { get; init; }

    /// <summary>All together, 1–20000.</summary>
    public required int Clients { get; init; }

    /// <summary>1–10000, and not more than clients; 0 where the scenario has none. More clients in one than the server's <c>Collab:Limits:SessionsPerDocument</c> are refused there.</summary>
    public required int Documents { get; init; }

    /// <summary>How long clients are driven; opening, settling and checking come on top.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Operations per second of all clients together; null: by <see cref="ThinkTime"/>.</summary>
    public double? Rps { get; init; }

    /// <summary>Without <see cref="Rps"/>: what a client waits from one operation to its next on average. Zero: the next begins when the one before has ended.</summary>
    public TimeSpan ThinkTime { get; init; }

    /// <summary>What people do; editing scenarios.</summary>
    public required EditMix Mix { get; init; }

    public required Pastes Pastes { get; init; }

    /// <summary>Code units that an insert has, unless it is a paste: 1–500000.</summary>
    public required int InsertLength { get; init; }

    /// <summary>What is asked again and again; null but for plain HTTP.</summary>
    public HttpCall? Call { get; init; }

    /// <summary>Over how long clients come.</summary>
    public TimeSpan Ramp { get; init; }

    /// <summary>What is replayed; null where nothing is.</summary>
    public EditingTrace? Trace { get; init; }

    /// <summary>Of <see cref="Trace"/>.</summary>
    public TraceSpeed Speed { get; init; } = TraceSpeed.Full;

    /// <summary>How long an answer is waited for.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>Any certificate of the server is taken.</summary>
    public bool IsInsecure { get; init; }

    public required int Seed { get; init; }

    public string? ApiKey { get; init; }

    public string? Token { get; init; }

    /// <summary>Operations are due at times of their own, whether or not the server keeps up.</summary>
    public bool IsOpenLoop => Rps is not null || ThinkTime > TimeSpan.Zero || Speed.IsPaced;

    /// <summary>Between two operations of one client on average; zero in a closed loop.</summary>
    public TimeSpan Interval => Rps is { } rps ? TimeSpan.FromSeconds(Clients / rps) : ThinkTime;

    /// <summary>The scenario as it is when nobody says otherwise.</summary>
    public static StressPlan Of(Scenario scenario, Uri target) => new()
    {
        Target = target,
        Scenario = scenario,
        Clients = scenario.Defaults.Clients,
        Documents = scenario.Defaults.Documents,
        Duration = scenario.Defaults.Duration,
        Rps = scenario.Defaults.Rps,
        ThinkTime = scenario.Defaults.ThinkTime,
        Mix = scenario.Defaults.Mix,
        Pastes = scenario.Defaults.Pastes,
        InsertLength = scenario.Defaults.InsertLength,
        Call = scenario.Defaults.Call,
        Ramp = scenario.Defaults.Ramp,
        Timeout = scenario.Defaults.Timeout,
        Seed = Random.Shared.Next(),
    };

    /// <summary>Clients in the document with this number, from 0: they are spread evenly.</summary>
    public int ClientsIn(int document) => (Clients / Documents) + (document < Clients % Documents ? 1 : 0);

    public override string ToString()
    {
        if (Trace is not null)
            return $"{Scenario.Name} against {Target}: {Trace.Name}, {Trace.Transactions.Count} transactions of {Count(Trace.Agents, "author")}, into {Count(Documents, "document")} at {Speed} speed, seed {Seed}";
        string what = Documents > 0 ? $"{Count(Clients, "client")} in {Count(Documents, "document")}" : Count(Clients, "client");
        string pace = Rps is { } rps ? $"{rps:0.##}/s together" : ThinkTime > TimeSpan.Zero ? $"one operation in {ThinkTime.TotalMilliseconds:0.#} ms each" : "as fast as answers come";
        if (Call is not null)
            what += $", {Call}";
        return $"{Scenario.Name} against {Target}: {what}, {pace}, for {Duration.TotalSeconds:0.#} s, seed {Seed}";

        static string Count(int number, string of) => $"{number} {of}{(number == 1 ? "" : "s")}";
    }
}
