using System.Threading.Tasks.Sources;

namespace Collab.Grains.Documents;

/// <summary>A timer that one method waits for, again and again. <c>Task.Delay</c> is made anew each time: a task, a timer and a continuation, which live for as long as is waited.</summary>
/// <remarks>Set and waited for from one thread at a time, and not set again before whoever waits has heard of the last ring. He goes on where he waited: in a grain, in its turns.</remarks>
internal sealed class Alarm : IValueTaskSource
{
    private readonly ITimer _timer;
    private ManualResetValueTaskSourceCore<bool> _ring;

    public Alarm(TimeProvider clock) =>
        _timer = clock.CreateTimer(static alarm => ((Alarm)alarm!)._ring.SetResult(true), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>It rings once, after <paramref name="wait"/>.</summary>
    // Whole milliseconds are all that a timer knows; it must not ring before the time has come.
    public void Set(TimeSpan wait) => _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), Timeout.InfiniteTimeSpan);

    /// <summary>Completes when it rings; never, if it is not set.</summary>
    public ValueTask RingsAsync() => new(this, _ring.Version);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _ring.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _ring.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.GetResult(short token)
    {
        _ring.GetResult(token);
        _ring.Reset();
    }
}
