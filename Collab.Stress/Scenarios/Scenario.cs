using Collab.Stress.Reporting;
using Collab.Stress.Server;

namespace Collab.Stress.Scenarios;

/// <summary>One way to load a server, by name: what it does, how much of it unless told otherwise, and which options it has a use for.</summary>
internal abstract class Scenario
{
    /// <summary>As on the command line, and the label of every metric of the run.</summary>
    public abstract string Name { get; }

    /// <summary>A sentence for the help, without its full stop.</summary>
    public abstract string Description { get; }

    /// <summary>Where it stands in the help.</summary>
    public abstract ScenarioFamily Family { get; }

    /// <summary>How much, where neither option nor environment says otherwise.</summary>
    public abstract ScenarioDefaults Defaults { get; }

    /// <summary>The options it has a use for, beside those of every run: <c>--documents</c>. Any other is refused, for a setting without effect would be believed to have one.</summary>
    public abstract IReadOnlyCollection<string> Options { get; }

    /// <summary>The plan with what the scenario alone knows.</summary>
    /// <exception cref="InvalidPlanException">The scenario can't be run so.</exception>
    public virtual StressPlan Complete(StressPlan plan) => plan;

    /// <summary>How many clients there are is to be said; else it follows from what the scenario does.</summary>
    public virtual bool TakesClients => true;

    /// <summary>It asks what only a back end may: without <c>--api-key</c> it can't be run.</summary>
    public virtual bool NeedsApiKey => false;

    public abstract ILoad CreateLoad(StressPlan plan, StressServer server, Recorder recorder);
}
