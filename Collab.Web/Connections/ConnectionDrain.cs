using Microsoft.Extensions.Options;

namespace Collab.Web.Connections;

/// <summary>
/// When the host stops, tells its clients to go on elsewhere, spread over <see cref="DeliveryOptions.DrainPeriod"/>, before SignalR
/// closes their connections under them. New joins are refused meanwhile.
/// </summary>
internal sealed partial class ConnectionDrain(
    LocalConnections connections, IHostApplicationLifetime lifetime, IOptions<CollabOptions> options, TimeProvider time, ILogger<ConnectionDrain> logger) : IHostedService
{
    // A connection that takes nothing must not keep the host from stopping.
    private static readonly TimeSpan GoodbyeLimit = TimeSpan.FromSeconds(2);

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
        connections.IsDraining = true;
        ClientConnection[] open = [.. connections.All];
        if (open.Length == 0)
            return;
        LogDraining(open.Length);
        var step = options.Value.Delivery.DrainPeriod / open.Length;
        var goodbyes = new List<Task>(open.Length);
        var owed = TimeSpan.Zero;
        foreach (var connection in open)
        {
            goodbyes.Add(connection.SayGoodbyeAsync());
            owed += step;
            // Timers are no finer than this; a few connections need no pacing.
            if (owed >= TimeSpan.FromMilliseconds(50) && open.Length > 20)
            {
                await Task.Delay(owed, time);
                owed = TimeSpan.Zero;
            }
        }

        try
        {
            await Task.WhenAll(goodbyes).WaitAsync(GoodbyeLimit, time);
        }
        catch (TimeoutException)
        {
            LogNotHeard(goodbyes.Count(goodbye => !goodbye.IsCompleted));
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Stopping: {Connections} connections are told to go on elsewhere.")]
    private partial void LogDraining(int connections);

    [LoggerMessage(2, LogLevel.Warning, "{Connections} connections did not take their goodbye in time and are cut.")]
    private partial void LogNotHeard(int connections);
}
