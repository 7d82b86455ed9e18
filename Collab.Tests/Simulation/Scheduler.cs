namespace Collab.Tests.Simulation;

/// <summary>
/// One thread, one queue, one clock that jumps from event to event. As the synchronization context of the code under test it also runs
/// every continuation of an <c>await</c>, so that a run is a function of its seed.
/// </summary>
internal sealed class Scheduler(int seed) : SynchronizationContext
{
    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> _queue = new();
    private long _order;

    public TimeSpan Now { get; private set; }

    public Random Random { get; } = new(seed);

    /// <summary>The first exception that nobody handled; it ends the run.</summary>
    public Exception? Failure { get; private set; }

    public bool Chance(double probability) => probability > 0 && Random.NextDouble() < probability;

    /// <summary>A random time around <paramref name="mean"/>, with a long tail: messages overtake timeouts now and then.</summary>
    public TimeSpan About(TimeSpan mean) => mean * -Math.Log(1 - Random.NextDouble());

    public void After(TimeSpan delay, Action action) => _queue.Enqueue(action, (Now + delay, _order++));

    public Task Delay(TimeSpan delay)
    {
        var due = new TaskCompletionSource();
        After(delay, due.SetResult);
        return due.Task;
    }

    /// <summary>Runs something that waits, beside everything else.</summary>
    public async void Start(Func<Task> run)
    {
        try
        {
            await run();
        }
        catch (Exception failure)
        {
            Failure ??= failure;
        }
    }

    /// <summary>Runs what is due until <paramref name="isDone"/> or until <paramref name="limit"/>.</summary>
    /// <returns>Whether it was done.</returns>
    public bool RunUntil(Func<bool> isDone, TimeSpan limit)
    {
        while (Failure is null && !isDone())
        {
            // Looked at first: what is due after the limit is still due in the next run.
            if (!_queue.TryPeek(out var action, out var due) || due.At > limit)
                return false;
            _queue.Dequeue();
            Now = due.At;
            try
            {
                action();
            }
            catch (Exception failure)
            {
                Failure ??= failure;
            }
        }

        return Failure is null;
    }

    public override void Post(SendOrPostCallback d, object? state) => After(TimeSpan.Zero, () => d(state));

    public override void Send(SendOrPostCallback d, object? state) => d(state);

    public override SynchronizationContext CreateCopy() => this;
}

/// <summary>The scheduler's time for code that asks a clock.</summary>
internal sealed class SimulatedClock(Scheduler scheduler) : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Start + scheduler.Now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => scheduler.Now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(scheduler, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    // Of the code under test nothing ticks: each timer is due once.
    private sealed class SimulatedTimer(Scheduler scheduler, Action fire) : ITimer
    {
        private int _setting;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            int setting = ++_setting;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                scheduler.After(dueTime, () =>
                {
                    if (setting == _setting)
                        fire();
                });
            }

            return true;
        }

        public void Dispose() => _setting++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
