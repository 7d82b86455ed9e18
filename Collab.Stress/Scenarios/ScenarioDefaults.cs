using Collab.Stress.Editing.Edits;
using Collab.Stress.Http;

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

    /// <summary>What people do; editing scenarios.</summary>
    public EditMix Mix { get; init; } = new(80, 12, 3, 5);

    public Pastes Pastes { get; init; } = Pastes.None;

    /// <summary>Code units that an insert has, unless it is a paste.</summary>
    public int InsertLength { get; init; } = 1;

    /// <summary>What is asked again and again; null but for plain HTTP.</summary>
    public HttpCall? Call { get; init; }

    /// <summary>How long an answer is waited for.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);
}
