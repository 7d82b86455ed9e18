using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.Engine;

/// <summary>A grain's timer: each tick is a call that the activation queues to itself, so that it stands in line with requests.</summary>
internal sealed class GrainTimer : IGrainTimer
{
    private readonly Lock _gate = new();
    private readonly Activation _activation;
    private readonly Func<CancellationToken, Task> _callback;
    private readonly SiloLog _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _timer;
    private readonly TimerTick _tick;
    private TimeSpan _due;
    private TimeSpan _period;
    private bool _ticking;
    private bool _changed;

    public GrainTimer(
        Activation activation, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options, TimeProvider clock, SiloLog log)
    {
        _activation = activation;
        _callback = callback;
        _log = log;
        _tick = new TimerTick(this, activation.GrainId, options);
        _timer = NoFlow.Run(
            static state => state.clock.CreateTimer(static self => ((GrainTimer)self!).Fire(), state.timer, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan),
            (clock, timer: this));
    }

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        Validate(dueTime, nameof(dueTime));
        Validate(period, nameof(period));
        lock (_gate)
        {
            _due = dueTime;
            _period = period;
            _changed = true;
            if (!_ticking)
                _timer.Change(dueTime, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _timer.Dispose();
        _activation.ForgetTimer(this);
    }

    /// <summary>The tick itself, on the grain's turn. Failures are logged; the timer goes on.</summary>
    public async ValueTask<Response> Tick()
    {
        lock (_gate)
            _changed = false;
        try
        {
            if (!_stop.IsCancellationRequested)
                await _callback(_stop.Token);
            return Response.Completed;
        }
        catch (Exception exception)
        {
            _log.TimerFailed(exception, _activation.GrainId);
            return Response.FromException(exception);
        }
    }

    /// <summary>Waits for the next tick. Not before the last one has left the activation: they are one call, which can be in one list only.</summary>
    public void Rest()
    {
        lock (_gate)
        {
            _ticking = false;
            if (!_stop.IsCancellationRequested)
                _timer.Change(_changed ? _due : _period, Timeout.InfiniteTimeSpan);
        }
    }

    private void Fire()
    {
        lock (_gate)
        {
            if (_ticking)
            {
                // It was set anew when this was due already, and was due again before this came: one tick at a time.
                (_changed, _due) = (true, TimeSpan.Zero);
                return;
            }

            _ticking = true;
        }

        _activation.TryReceive(_tick);
    }

    private static void Validate(TimeSpan value, string name)
    {
        var milliseconds = (long)value.TotalMilliseconds;
        ArgumentOutOfRangeException.ThrowIfLessThan(milliseconds, -1, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(milliseconds, 0xfffffffe, name);
    }
}
