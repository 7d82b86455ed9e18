using Collab.Stress.Editing.Happenings;
using Collab.Stress.Reporting;
using Collab.Stress.Scenarios;

namespace Collab.Stress.Editing;

/// <summary>A book: megabytes of content that some write in, and others open.</summary>
internal sealed class LargeDocument : EditingScenario
{
    private static readonly TimeSpan StayLimit = TimeSpan.FromSeconds(3);

    public override string Name => "large-document";

    public override string Description => "half of the clients write in a document of four million characters, the others open it again and again";

    public override ScenarioDefaults Defaults => new() { Clients = 8, Documents = 1, ThinkTime = TimeSpan.FromMilliseconds(300) };

    public override int InitialLength => 4_000_000;

    public override int ComersAtStart(int clients, StressPlan plan) => Math.Max(1, clients / 2);

    public override IEnumerable<IHappening> Happenings(StressPlan plan, Recorder recorder)
    {
        int clients = plan.ClientsIn(0);
        var stay = Spans.Least(StayLimit, plan.Duration / 4);
        return [new JoinWaves(Math.Max(1, clients - ComersAtStart(clients, plan)), stay, stay, plan.Timeout, recorder)];
    }
}
