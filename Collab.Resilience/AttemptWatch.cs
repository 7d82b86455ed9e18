using System.Runtime.CompilerServices;
using Polly.Timeout;

namespace Collab.Resilience;

/// <summary>Gives up calls that take too long: all of one pipeline, with one timer, which is set once in a timeout and not for each call.</summary>
/// <remarks>Polly's timeout sets a timer for each call, on a cancellation that each layer between registers with; for a call of a few microseconds that is most of what it costs.</remarks>
internal sealed class AttemptWatch : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly long _timeoutTicks;
    private readonly Action _onTimeout;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private Attempt? _oldest;
    private Attempt? _newest;
    private bool _isSet;

    /// <param name="timeout">The same for all: so they are overdue in the order in which they began.</param>
    public AttemptWatch(TimeProvider time, TimeSpan timeout, Action onTimeout)
    {
        (_time, _timeout, _onTimeout) = (time, timeout, onTimeout);
        _timeoutTicks = (long)(timeout.TotalSeconds * time.TimestampFrequency);
        _timer = time.CreateTimer(static watch => ((AttemptWatch)watch!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Makes a call.</summary>
    /// <exception cref="TimeoutRejectedException">It took too long; whether it happened is unknown.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<T> RunAsync<TState, T>(Func<TState, CancellationToken, ValueTask<T>> call, TState state, CancellationToken cancellation)
    {
        var attempt = new Attempt<T>();
        var answer = call(state, attempt.GivenUp);
        if (answer.IsCompleted)
            return await answer.ConfigureAwait(false);

        attempt.Await(answer);
        Begin(attempt);
        var cancelled = cancellation.UnsafeRegister(
            static (attempt, cancellation) => ((Attempt)attempt!).GiveUp(new OperationCanceledException(cancellation)), attempt);
        try
        {
            return await attempt.Answer.ConfigureAwait(false);
        }
        finally
        {
            cancelled.Unregister();
            End(attempt);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Begin(Attempt attempt)
    {
        lock (_gate)
        {
            attempt.Deadline = _time.GetTimestamp() + _timeoutTicks;
            (attempt.Before, _newest) = (_newest, attempt);
            if (attempt.Before is { } before)
                before.After = attempt;
            else
                _oldest = attempt;
            if (_isSet)
                return;
            _isSet = true;
            Set(_timeout);
        }
    }

    private void End(Attempt attempt)
    {
        lock (_gate)
        {
            if (attempt.Before is { } before)
                before.After = attempt.After;
            else
                _oldest = attempt.After;
            if (attempt.After is { } after)
                after.Before = attempt.Before;
            else
                _newest = attempt.Before;
        }
    }

    private void Ring()
    {
        List<Attempt> overdue = [];
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            var oldest = _oldest;
            for (; oldest?.Deadline <= now; oldest = oldest.After)
                overdue.Add(oldest);
            _isSet = oldest is not null;
            if (oldest is not null)
                Set(_time.GetElapsedTime(now, oldest.Deadline));
        }

        foreach (var attempt in overdue)
        {
            if (attempt.HasEnded)
                continue;
            _onTimeout();
            attempt.GiveUp(new TimeoutRejectedException($"No answer within {_timeout.TotalSeconds:0.###} s; what was asked for may still happen.", _timeout));
        }
    }

    // Whole milliseconds are all that a timer knows; it must not ring before the time has come.
    private void Set(TimeSpan wait) => _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
}
