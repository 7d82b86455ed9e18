using System.Diagnostics;
using Collab.Stress.Connections;
using Collab.Stress.Integrity;
using Collab.Stress.Reporting;
using Collab.Stress.Server;

namespace Collab.Stress.Http;

/// <summary>
/// Clients with a request on its way each at most. With <see cref="StressPlan.Rps"/> requests are due at times of their own, spread evenly over the clients: one that comes late because the answer before was late counts from
/// when it was due, and those that were due in time are made even when the time is up. So a server that stands still for a second has a second's requests to show for it, not one for each client.
/// </summary>
/// <remarks>What Gil Tene calls coordinated omission is the other way; his wrk2 measures like this.</remarks>
internal sealed class HttpLoad(StressPlan plan, StressServer server, Recorder recorder, bool isRefusalFine) : ILoad
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Wire _wire = new(recorder);
    private readonly TaskCompletionSource _givenUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HttpCaller? _caller;
    private Task _clients = Task.CompletedTask;
    private long _endsAt = long.MaxValue;

    public async Task OpenAsync(CancellationToken cancellation) => _caller = await HttpCaller.CreateAsync(plan, server, _wire, recorder, isRefusalFine, cancellation);

    public async Task DriveAsync(CancellationToken over)
    {
        long begun = Stopwatch.GetTimestamp();
        _clients = Task.WhenAll(Enumerable.Range(0, plan.Clients).Select(client => RunAsync(client, begun, over)));
        await _clients.WaitAsync(over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Not in a callback of the token's own: they run the last one first, so this method could go on, and take its callback back, before that has run.
        Interlocked.Exchange(ref _endsAt, Stopwatch.GetTimestamp());
    }

    public async Task<IntegrityReport?> CheckAsync()
    {
        // What was due and is not made yet may take as long as an answer may; the last answer as long again.
        if (await Task.WhenAny(_clients, Task.Delay(plan.Timeout)) != _clients)
            _givenUp.TrySetResult();
        await _clients;
        return null;
    }

    public ValueTask DisposeAsync()
    {
        _givenUp.TrySetResult();
        _caller?.Dispose();
        _wire.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task RunAsync(int client, long begun, CancellationToken over)
    {
        // Off the thread that starts them all.
        await Task.Yield();
        long comes = begun + Ticks(plan.Ramp * client / plan.Clients);
        await WaitUntilAsync(comes, over);
        if (over.IsCancellationRequested)
            return;
        recorder.ClientJoined();
        if (plan.Rps is null)
            await RunClosedAsync(over);
        else
            await RunOpenAsync(comes + Ticks(plan.Interval * client / plan.Clients), over);
        recorder.ClientLeft();
    }

    private async Task RunClosedAsync(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            // Nobody there is told at once: without a pause it would be asked ten thousand times a second.
            if (!await _caller!.CallAsync(Stopwatch.GetTimestamp()))
                await Task.Delay(Pause, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunOpenAsync(long first, CancellationToken over)
    {
        long free = 0;
        for (int i = 0; ; i++)
        {
            // From the first on, not from one to the next: rounding does not add up.
            long due = first + Ticks(plan.Interval * i);
            await WaitUntilAsync(due, over);
            long now = Stopwatch.GetTimestamp();
            if (due >= Interlocked.Read(ref _endsAt) || (over.IsCancellationRequested && due >= now))
                return;
            if (_givenUp.Task.IsCompleted)
            {
                recorder.Unanswered((int)Math.Min(int.MaxValue, Math.Ceiling(Stopwatch.GetElapsedTime(due, _endsAt) / plan.Interval)));
                return;
            }

            // What the answer before was late by is the server's; the rest is the tool's own.
            recorder.Late(Stopwatch.GetElapsedTime(Math.Max(due, free)));
            await _caller!.CallAsync(Math.Min(due, now));
            free = Stopwatch.GetTimestamp();
        }
    }

    private static async Task WaitUntilAsync(long due, CancellationToken over)
    {
        // Timers know whole milliseconds only, and may be one of them early: nothing begins before it is due.
        while (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) is var early && early > TimeSpan.Zero && !over.IsCancellationRequested)
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(early.TotalMilliseconds)), over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
