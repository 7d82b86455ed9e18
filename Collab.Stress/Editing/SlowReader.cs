using Collab.Stress.Editing.Edits;
using Collab.Stress.Editing.Happenings;
using Collab.Stress.Reporting;
using Collab.Stress.Scenarios;

namespace Collab.Stress.Editing;

/// <summary>Some read slowly or stop reading, in a document where much is pasted. They are brought up when they can; latency and propagation are the others', who must not feel it.</summary>
internal sealed class SlowReader : EditingScenario
{
    private const int TrickleBytesPerSecond = 32 << 10;

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    public override string Name => "slow-reader";

    public override string Description => "every third client reads slowly or stops reading, while the others write and paste";

    // Some 600 kB a second to each: a server's outbox and what the system holds are full before a stop is over. In pastes whose strings are no large objects yet (85,000 bytes): with those, the tool collects garbage half of its time.
    public override ScenarioDefaults Defaults => new()
    {
        Clients = 6,
        Documents = 1,
        Duration = TimeSpan.FromMinutes(1),
        ThinkTime = TimeSpan.FromMilliseconds(100),
        Pastes = new Pastes(0.6, 32 << 10),
    };

    public override bool IsSlow(int client, StressPlan plan) => client % 3 == 2;

    public override IEnumerable<IHappening> Happenings(StressPlan plan, Recorder recorder)
    {
        var stop = Spans.Least(StopLimit, plan.Duration / 2);
        return [new SlowReading(TrickleBytesPerSecond, stop, stop / 2, recorder)];
    }
}
