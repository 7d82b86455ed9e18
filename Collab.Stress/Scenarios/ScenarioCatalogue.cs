using Collab.Stress.Connections;
using Collab.Stress.Editing;
using Collab.Stress.Http;
using Collab.Stress.Traces;

namespace Collab.Stress.Scenarios;

/// <summary>All scenarios, in the order of the help.</summary>
internal static class ScenarioCatalogue
{
    public static IReadOnlyList<Scenario> All { get; } =
    [
        .. HttpScenario.All,
        new WebSocketScenario(),
        new Typing(), new HotDocument(), new ManyDocuments(), new ReconnectStorm(), new SlowReader(), new JoinStorm(), new LargeDocument(), new ConflictHeavy(), new Soak(), new Trace(),
    ];

    /// <summary>What is run when nothing else is asked for.</summary>
    public static string Default => "typing";

    /// <exception cref="InvalidPlanException">There is none of this name.</exception>
    public static Scenario Find(string name) =>
        All.FirstOrDefault(scenario => scenario.Name == name)
        ?? throw new InvalidPlanException($"There is no scenario '{name}'; there are {string.Join(", ", All.Select(scenario => scenario.Name))}.");
}
