using Collab.Stress.Reporting;
using Collab.Stress.Scenarios;
using Collab.Stress.Server;

namespace Collab.Stress.Connections;

/// <summary>People who open a page and close it: what a connection costs, without anything being done over it.</summary>
internal sealed class WebSocketScenario : Scenario
{
    public override string Name => "websocket";

    public override string Description => "clients connect, hold the connection, close it and connect again; latency is the connecting";

    public override ScenarioFamily Family => ScenarioFamily.Connections;

    // Under the server's limit of anonymous connections from one address.
    public override ScenarioDefaults Defaults => new()
    {
        Clients = 500,
        ThinkTime = TimeSpan.FromSeconds(5),
        Ramp = TimeSpan.FromSeconds(5),
        Timeout = TimeSpan.FromSeconds(15),
    };

    public override IReadOnlyCollection<string> Options => ["--rps", "--think-time", "--ramp"];

    public override ILoad CreateLoad(StressPlan plan, StressServer server, Recorder recorder) => new ConnectionLoad(plan, server, recorder);
}
