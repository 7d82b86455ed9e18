using Collab.Contracts.Fanout;

namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>A web host that is pushed to does not answer the silo, and once the runtime knows that it can't be reached.</summary>
internal sealed class HostDoesNotAnswer(HostDoesNotAnswer.Wire wire) : Scenario
{
    public override IEnumerable<Move> Moves =>
    [
        Move.AtLeast("collab_fanout_hosts_dropped_total{reason=\"silent\"}", 1),
        Move.AtLeast("collab_fanout_hosts_dropped_total{reason=\"unreachable\"}", 1),
    ];

    public override async Task HappenAsync(Stage stage)
    {
        string document = await stage.CreateAsync();
        var client = await stage.ConnectAsync();
        await stage.JoinAsync(client, document);
        int head = 0;
        // While it is silent it is pushed nothing and not asked, until it renews its subscriptions.
        wire.Fault = () => throw new InvalidOperationException("The host can't be reached.");
        await UntilDroppedAsync("unreachable");
        wire.Fault = () => throw new TimeoutException("The host has not answered.");
        await UntilDroppedAsync("silent");
        wire.Fault = null;
        await client.OperationsAsync(0, head);

        Task UntilDroppedAsync(string reason) => Eventually.IsTrue(
            async () =>
            {
                await stage.WriteAsync(document, "a", ++head, head - 1, head == 1 ? ["x"] : ["x", head - 1]);
                await Task.Delay(200);
                string series = $"collab_fanout_hosts_dropped_total{{reason=\"{reason}\"}}";
                return (await stage.ScrapeAsync()).Sum(series) > stage.Before.Sum(series);
            },
            $"the host is taken for {reason}");
    }

    /// <summary>Stands between silo and host: pings get lost.</summary>
    internal sealed class Wire : IIncomingGrainCallFilter
    {
        public Func<Task>? Fault { get; set; }

        public Task Invoke(IIncomingGrainCallContext context) =>
            context.MethodName == nameof(IListeningHost.Ping) && Fault is { } fault ? fault() : context.Invoke();
    }
}
