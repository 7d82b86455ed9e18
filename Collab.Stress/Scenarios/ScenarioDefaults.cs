namespace Collab.Stress.Scenarios;

/// <summary>How much a scenario does unless it is told otherwise. The limits are the options'.</summary>
internal sealed record ScenarioDefaults
{
    /// <summary>All together.</summary>
    public required int Clients { get; init; }

    /// <summary>0 where there are none.</summary>
    public int Documents { get; init; }

    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Operations per second of all clients together; null where clients go by <see cref="ThinkTime"/>.</summary>
    public double? Rps { get; init; }

    /// <summary>What a client waits from one operation to its next on average; zero: the next begins when the one before has ended.</summary>
    public TimeSpan ThinkTime { get; init; }

    /// <summary>Over how long clients come.</summary>
    public TimeSpan Ramp { get; init; }

    /// <summary>How long an answer is waited for.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);
}
