using System.Diagnostics;
using Collab.Stress.Integrity;
using Collab.Stress.Reporting;
using Collab.Stress.Server;

namespace Collab.Stress.Connections;

/// <summary>Clients that connect, hold the connection until the next one is due, close it and connect again. Without a think time they close at once, and the next is made when the one before is closed.</summary>
internal sealed class ConnectionLoad(StressPlan plan, StressServer server, Recorder recorder) : ILoad
{
    // One that is refused at once would be made ten thousand times a second.
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(100);

    private readonly Wire _wire = new(recorder);
    private readonly Uri _hub = new UriBuilder(new Uri(new Uri(plan.Target.AbsoluteUri.TrimEnd('/') + "/"), "collab")) { Scheme = plan.Target.Scheme == Uri.UriSchemeHttps ? "wss" : "ws" }.Uri;
    private string? _token;

    public async Task OpenAsync(CancellationToken cancellation)
    {
        server.Trusting(_wire.Handler);
        _token = server.HasCredentials ? await server.TokenAsync("websocket", cancellation) : null;
    }

    public Task DriveAsync(CancellationToken over) => Task.WhenAll(Enumerable.Range(0, plan.Clients).Select(client => Task.Run(() => RunAsync(client, over), CancellationToken.None)));

    public Task<IntegrityReport?> CheckAsync() => Task.FromResult<IntegrityReport?>(null);

    public ValueTask DisposeAsync()
    {
        _wire.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task RunAsync(int client, CancellationToken over)
    {
        var pauses = new Random(unchecked((plan.Seed * 486187739) + client));
        var clock = new DueTimes(plan.Ramp * client / plan.Clients);
        await clock.WaitAsync(over);
        while (!over.IsCancellationRequested)
        {
            long due = plan.IsOpenLoop ? clock.Due : Stopwatch.GetTimestamp();
            if (plan.IsOpenLoop)
                recorder.Late(Stopwatch.GetElapsedTime(due));
            clock.Add(plan.Interval * (0.5 + pauses.NextDouble()));
            if (!await TryConnectAsync(due, clock, over))
                await Task.Delay(PauseAfterFailure, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await clock.WaitAsync(over);
        }
    }

    // Until the next is due.
    private async Task<bool> TryConnectAsync(long due, DueTimes clock, CancellationToken over)
    {
        try
        {
            using var connection = await IdleConnection.OpenAsync(_hub, _wire.Handler, _token, plan.Timeout);
            recorder.Succeeded(Stopwatch.GetElapsedTime(due), "connected");
            recorder.ClientJoined();
            using var holding = CancellationTokenSource.CreateLinkedTokenSource(over);
            holding.CancelAfter(clock.Left);
            await connection.HoldAsync(holding.Token);
            recorder.ClientLeft();
            if (connection.IsOpen)
                await connection.CloseAsync();
            else
                recorder.Went(connection.Refusal ?? "closed");
            return connection.Refusal is null;
        }
        catch (ConnectionFailedException failure)
        {
            recorder.Failed(failure.ErrorType, Stopwatch.GetElapsedTime(due));
            return false;
        }
    }
}
