using Collab.Stress.Scenarios;

namespace Collab.Stress.Editing;

/// <summary>One document that everybody is in: each edit goes to each of them.</summary>
internal sealed class HotDocument : EditingScenario
{
    public override string Name => "hot-document";

    public override string Description => "many people write in one document";

    public override ScenarioDefaults Defaults => new() { Clients = 32, Documents = 1, ThinkTime = TimeSpan.FromMilliseconds(500) };
}
