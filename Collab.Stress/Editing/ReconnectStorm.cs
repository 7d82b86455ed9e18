using Collab.Stress.Editing.Happenings;
using Collab.Stress.Reporting;
using Collab.Stress.Scenarios;

namespace Collab.Stress.Editing;

/// <summary>A network, or a load balancer, that fails again and again: everybody is cut off at one moment, writes on, and comes back.</summary>
internal sealed class ReconnectStorm : EditingScenario
{
    private static readonly TimeSpan IntervalLimit = TimeSpan.FromSeconds(5);

    public override string Name => "reconnect-storm";

    public override string Description => "all connections are cut again and again while people write; everybody comes back";

    public override ScenarioDefaults Defaults => new() { Clients = 32, Documents = 4, Duration = TimeSpan.FromMinutes(1), ThinkTime = TimeSpan.FromMilliseconds(500) };

    // Three at least, in a run that is long enough for the first.
    public override IEnumerable<IHappening> Happenings(StressPlan plan, Recorder recorder) => [new ConnectionCuts(Spans.Least(IntervalLimit, plan.Duration / 4), recorder)];
}
