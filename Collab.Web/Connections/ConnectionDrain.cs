using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;

namespace Collab.Web.Connections;

/// <summary>
/// When the host stops: goes on for <see cref="DeliveryOptions.DrainDelay"/>, then tells its clients to go on elsewhere, spread over <see cref="DeliveryOptions.DrainPeriod"/>, lets nobody in meanwhile, and waits a moment for
/// them to leave, before SignalR closes the connections under them and the silo stops. A second signal cuts that short.
/// </summary>
internal sealed partial class ConnectionDrain(
    LocalConnections connections, IHostApplicationLifetime lifetime, IOptions<CollabOptions> options, TimeProvider time, ILogger<ConnectionDrain> logger) : IHostedService
{
    // A connection that takes nothing, or does not leave, must not keep the host from stopping.
    private static readonly TimeSpan LeaveLimit = TimeSpan.FromSeconds(2);

    private readonly ILogger _logger = logger;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // On a signal this token is the first that a host hears of its end, and its callbacks run last in, first out: registered
        // after SignalR's, which cuts all connections, this one runs before it, and has to be done when it returns.
        lifetime.ApplicationStopping.Register(() => DrainAsync().GetAwaiter().GetResult());
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task DrainAsync()
    {
        using var hurry = new CancellationTokenSource();
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Hurry);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Hurry);
        var delay = options.Value.Delivery.DrainDelay;
        if (delay > TimeSpan.Zero)
            LogServing(delay, connections.All.Count);
        await WaitAsync(delay, hurry.Token);

        connections.IsDraining = true;
        ClientConnection[] open = [.. connections.All];
        if (open.Length == 0)
            return;
        LogDraining(open.Length);
        var left = LeaveAsync(open, hurry.Token);
        await Task.WhenAny(left, Task.Delay(options.Value.Delivery.DrainPeriod + LeaveLimit, time));
        if (!left.IsCompleted)
            LogNotLeft(connections.All.Count);

        void Hurry(PosixSignalContext context)
        {
            // The host is stopping already; the default would kill it in the middle of that.
            context.Cancel = true;
            hurry.Cancel();
        }
    }

    /// <summary>Says goodbye to all, one after the other, and completes when all have gone.</summary>
    private async Task LeaveAsync(ClientConnection[] open, CancellationToken hurry)
    {
        await Goodbyes.SayAsync(open, options.Value.Delivery.DrainPeriod, isToldToCluster: true, time, hurry);
        // Those who listen go by themselves. Cut now, they might not get what was just written.
        await Task.WhenAll(open.Select(connection => connection.WhenClosed));
    }

    private async Task WaitAsync(TimeSpan wait, CancellationToken hurry) => await Task.Delay(wait, time, hurry).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    [LoggerMessage(3011, LogLevel.Information, "Stopping: {Connections} connections are told to go on elsewhere.")]
    private partial void LogDraining(int connections);

    [LoggerMessage(3012, LogLevel.Warning, "{Connections} connections did not leave in time and are cut.")]
    private partial void LogNotLeft(int connections);

    [LoggerMessage(3013, LogLevel.Information, "Stopping: not ready any more; goes on serving {Connections} connections for {Delay}, until the load balancer has noticed.")]
    private partial void LogServing(TimeSpan delay, int connections);
}
