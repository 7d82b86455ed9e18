using Collab.Client;
using Collab.Client.Messages;

namespace Collab.Tests.Simulation;

/// <summary>One connection: both ways in order, each message after a delay of its own. What was sent before a cut may still arrive at the host, long after the client has given it up.</summary>
internal sealed class Link(Scheduler scheduler, Scenario scenario, SimulatedClient client, SimulatedHost host)
{
    private readonly UnansweredJoins _joins = new();
    private TimeSpan _lastToHost;
    private TimeSpan _lastToClient;
    private bool _isCutForHost;

    public bool IsCut { get; private set; }

    /// <summary>False once the run comes to its end: then nothing takes long.</summary>
    public bool IsFaulty { get; set; } = true;

    public void ToHost(ClientMessage message)
    {
        if (message is ClientMessage.Join join)
            _joins.Sent(join.Document);
        _lastToHost = Arrival(_lastToHost);
        scheduler.After(_lastToHost - scheduler.Now, () =>
        {
            if (!_isCutForHost)
                host.Receive(this, message);
        });
    }

    public void ToClient(ServerMessage message)
    {
        _lastToClient = Arrival(_lastToClient);
        scheduler.After(_lastToClient - scheduler.Now, () =>
        {
            if (!IsCut && (message is not (ServerMessage.Joined or ServerMessage.Refused { Verb: "join" }) || _joins.Answered("d")))
                client.Receive(message);
        });
    }

    public void Cut()
    {
        IsCut = true;
        // The host notices when the last bytes have come in, or at once.
        _isCutForHost = scheduler.Chance(0.5);
        scheduler.After(_isCutForHost ? TimeSpan.Zero : scheduler.About(TimeSpan.FromSeconds(2)), () =>
        {
            _isCutForHost = true;
            host.Disconnected(this);
        });
    }

    private TimeSpan Arrival(TimeSpan last)
    {
        var arrival = scheduler.Now + scheduler.About(scenario.NetworkDelay);
        if (IsFaulty && scheduler.Chance(scenario.Spike))
            arrival += TimeSpan.FromSeconds(scheduler.Random.Next(1, 9));
        return arrival > last ? arrival : last;
    }
}
