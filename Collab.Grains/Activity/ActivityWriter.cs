using System.Threading.Channels;
using Collab.Contracts.Activity;
using Collab.Observability;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Collab.Grains.Activity;

/// <summary>
/// Takes what happened on this silo off the hands of grains, and brings it into the activity log batch by batch; then it goes out on the streams. Grains only put it into a queue.
/// </summary>
/// <remarks>
/// A log that is away costs nothing at once: a batch is repeated, with growing pauses, until the log has it, and meanwhile events wait up to <see cref="ActivityOptions.QueueEventsLimit"/>. Repeating is harmless, for the
/// log knows an event by its id. What a process that is killed had not appended yet is lost; what it had is there once. There is no breaker, and not the one of <c>log-append</c>: this one caller, with its pauses, hurts no
/// sick store, and trouble with activity must not have people's edits refused.
/// </remarks>
public sealed partial class ActivityWriter : IHostedLifecycleService, IDisposable
{
    // Longer than the store's own limit for a statement: to be reached it has to hang.
    private static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RetryPauseLimit = TimeSpan.FromSeconds(15);

    private readonly Lazy<IActivityLog> _log;
    private readonly ActivityStreams _streams;
    private readonly ActivityOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<ActivityWriter> _logger;
    private readonly Channel<ActivityEvent> _queue;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _givenUp = new();
    private Task _running = Task.CompletedTask;
    private int _isDropping;

    /// <param name="log">Opened with the first batch, not by whoever makes the writer: a start has to be able to wait for the database.</param>
    public ActivityWriter(
        Lazy<IActivityLog> log,
        ActivityStreams streams,
        IOptions<ActivityOptions> options,
        TimeProvider clock,
        ILogger<ActivityWriter> logger)
    {
        (_log, _streams, _options, _clock, _logger) = (log, streams, options.Value, clock, logger);
        // The newest is dropped: what waits has happened first, and the log shows no hole in the middle.
        _queue = Channel.CreateBounded<ActivityEvent>(new BoundedChannelOptions(_options.QueueEventsLimit) { SingleReader = true });
    }

    /// <summary>Takes an event; its position and id are given here. Never waits, from any thread.</summary>
    public void Note(ActivityEvent happened)
    {
        if (_queue.Writer.TryWrite(happened with { Position = 0, Id = Guid.CreateVersion7(happened.At) }))
        {
            ActivityMetrics.Lag.Inc();
            return;
        }

        ActivityMetrics.Dropped(happened.Kind);
        if (Interlocked.Exchange(ref _isDropping, 1) == 0)
            LogDropping(_options.QueueEventsLimit);
    }

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _running = Task.Run(RunAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>After the silo has stopped, since grains that deactivate still have something to tell.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        await _stopping.CancelAsync();
        _givenUp.CancelAfter(_options.FlushLimit);
        await using (cancellationToken.Register(() => _givenUp.Cancel()))
            await _running;
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _givenUp.Dispose();
    }

    private async Task RunAsync()
    {
        while (await _queue.Reader.WaitToReadAsync())
        {
            await PauseAsync(_options.BatchInterval, _stopping.Token);
            var batch = Take();
            Volatile.Write(ref _isDropping, 0);
            // What the log can't take for its own sake must not take the others with it: then each is tried alone.
            if (!await TryWriteAsync(batch) && batch.Length > 1)
            {
                foreach (var happened in batch)
                    await TryWriteAsync([happened]);
            }

            ActivityMetrics.Lag.Dec(batch.Length);
        }
    }

    private ActivityEvent[] Take()
    {
        var batch = new List<ActivityEvent>();
        while (batch.Count < _options.BatchEventsLimit && _queue.Reader.TryRead(out var happened))
            batch.Add(happened);
        return [.. batch];
    }

    /// <summary>False: tried as one of several, it was refused.</summary>
    private async Task<bool> TryWriteAsync(ActivityEvent[] batch)
    {
        try
        {
            await WriteAsync(batch);
            return true;
        }
        catch (Exception failure)
        {
            if (batch.Length > 1 && !_givenUp.IsCancellationRequested)
                return false;
            foreach (var happened in batch)
                ActivityMetrics.Dropped(happened.Kind);
            ErrorMetrics.Count(ErrorComponent.Activity, "lost");
            LogLost(batch.Length, failure.Message);
            return true;
        }
    }

    private async Task WriteAsync(ActivityEvent[] batch)
    {
        for (var pause = RetryPause; ; pause = pause * 2 < RetryPauseLimit ? pause * 2 : RetryPauseLimit)
        {
            try
            {
                // An attempt that hangs is left to itself. Should it come through late, the log knows these events.
                var positions = await _log.Value.AppendAsync(batch, _givenUp.Token).AsTask().WaitAsync(AttemptLimit, _clock, _givenUp.Token);
                // A silo that has stopped has no streams any more: whoever consumes hears of its last events with the next one of somebody else.
                if (!_stopping.IsCancellationRequested)
                    await _streams.PublishAsync([.. batch.Zip(positions, (happened, position) => happened with { Position = position })]);
                foreach (var happened in batch)
                    ActivityMetrics.Appended(happened.Kind);
                return;
            }
            catch (Exception failure) when (ActivityTrouble.IsAway(failure) && !_givenUp.IsCancellationRequested)
            {
                ErrorMetrics.Count(ErrorComponent.Activity, "log_away");
                LogAway(batch.Length, _queue.Reader.Count, failure.Message);
            }

            await PauseAsync(pause, _givenUp.Token);
        }
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken until)
    {
        if (pause > TimeSpan.Zero && !until.IsCancellationRequested)
            await Task.Delay(pause, _clock, until).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
