using Collab.Stress.Editing.Happenings;
using Collab.Stress.Reporting;
using Collab.Stress.Scenarios;

namespace Collab.Stress.Editing;

/// <summary>A link that everybody follows at once: waves of people who open one document with a past, while some write in it.</summary>
internal sealed class JoinStorm : EditingScenario
{
    private static readonly TimeSpan StayLimit = TimeSpan.FromSeconds(2);

    public override string Name => "join-storm";

    public override string Description => "waves of people open one document at one moment; every tenth writes in it all the time";

    public override ScenarioDefaults Defaults => new() { Clients = 100, Documents = 1, ThinkTime = TimeSpan.FromMilliseconds(500) };

    public override int InitialLength => 200_000;

    public override int HistoryLength => 200;

    public override int ComersAtStart(int clients, StressPlan plan) => Math.Max(1, clients / 10);

    public override IEnumerable<IHappening> Happenings(StressPlan plan, Recorder recorder)
    {
        int clients = plan.ClientsIn(0);
        var stay = Spans.Least(StayLimit, plan.Duration / 4);
        return [new JoinWaves(Math.Max(1, clients - ComersAtStart(clients, plan)), stay, stay / 2, plan.Timeout, recorder)];
    }
}
