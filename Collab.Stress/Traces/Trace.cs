using Collab.Stress.Reporting;
using Collab.Stress.Scenarios;
using Collab.Stress.Server;

namespace Collab.Stress.Traces;

/// <summary>What people really typed, from a file.</summary>
internal sealed class Trace : Scenario
{
    public override string Name => "trace";

    public override string Description => "replays a recorded editing session (--trace FILE) with a client for each of its people";

    public override ScenarioFamily Family => ScenarioFamily.Documents;

    // Until the trace ends, whenever that is.
    public override ScenarioDefaults Defaults => new() { Clients = 1, Documents = 1, Duration = TimeSpan.FromDays(1) };

    public override IReadOnlyCollection<string> Options => ["--documents", "--trace", "--speed", "--ramp"];

    // The recording says how many.
    public override bool TakesClients => false;

    public override StressPlan Complete(StressPlan plan)
    {
        if (plan.Trace is not { } trace)
            throw new InvalidPlanException("trace replays a file; which one says --trace FILE.");
        if (plan.Speed.IsPaced && !trace.HasTimes)
            throw new InvalidPlanException($"{trace.Name} does not say when things happened; it can be replayed with --speed full.");
        if ((long)plan.Documents * trace.Agents > StressPlan.ClientsLimit)
            throw new InvalidPlanException($"{plan.Documents} documents with {trace.Agents} clients each are more than {StressPlan.ClientsLimit} clients, the limit.");
        return plan with { Clients = plan.Documents * trace.Agents };
    }

    public override ILoad CreateLoad(StressPlan plan, StressServer server, Recorder recorder) => new TraceLoad(plan.Trace!, plan, server, recorder);
}
