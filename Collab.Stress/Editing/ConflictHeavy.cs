using Collab.Stress.Editing.Edits;
using Collab.Stress.Scenarios;

namespace Collab.Stress.Editing;

/// <summary>Everybody at one line.</summary>
internal sealed class ConflictHeavy : EditingScenario
{
    public override string Name => "conflict-heavy";

    public override string Description => "everybody writes, deletes and formats in the same line, ten edits a second";

    public override ScenarioDefaults Defaults => new() { Clients = 8, Documents = 2, ThinkTime = TimeSpan.FromMilliseconds(100), Mix = new EditMix(45, 35, 20, 0) };

    // The line.
    public override int InitialLength => 40;

    protected override EditStyle Style(StressPlan plan) => new SameLine(plan.InsertLength, plan.Pastes.Length);
}
