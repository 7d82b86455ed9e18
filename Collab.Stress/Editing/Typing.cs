using Collab.Stress.Scenarios;

namespace Collab.Stress.Editing;

/// <summary>People who write: letter after letter at a place of their own, a mistake taken back now and then, and after a while on to another place.</summary>
internal sealed class Typing : EditingScenario
{
    public override string Name => "typing";

    public override string Description => "people write in places of their own, five keys a second";

    public override ScenarioDefaults Defaults => new() { Clients = 8, Documents = 2, ThinkTime = TimeSpan.FromMilliseconds(200) };
}
