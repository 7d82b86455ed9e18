using Collab.Stress.Editing.Edits;
using Collab.Stress.Editing.Happenings;
using Collab.Stress.Reporting;
using Collab.Stress.Scenarios;

namespace Collab.Stress.Editing;

/// <summary>Days in an office, made short or not: everybody does a little of all, goes, and somebody else comes. Meant to run for hours, and to look for what grows.</summary>
internal sealed class Soak : EditingScenario
{
    private static readonly TimeSpan IntervalLimit = TimeSpan.FromSeconds(10);

    public override string Name => "soak";

    public override string Description => "long, a little of everything; people go and others come";

    // As much is deleted as is typed: documents stay as long as they are, and memory that grows is a defect.
    public override ScenarioDefaults Defaults => new()
    {
        Clients = 24,
        Documents = 6,
        Duration = TimeSpan.FromMinutes(10),
        ThinkTime = TimeSpan.FromMilliseconds(500),
        Mix = new EditMix(45, 45, 5, 5),
    };

    public override IEnumerable<IHappening> Happenings(StressPlan plan, Recorder recorder) =>
        [new ComingAndGoing(plan.Seed, Spans.Least(IntervalLimit, plan.Duration / 6), plan.Timeout, recorder)];
}
