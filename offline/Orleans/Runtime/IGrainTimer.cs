namespace Orleans.Runtime;

/// <summary>A running timer. Disposing it (or the end of its activation) stops it and cancels the callback's token.</summary>
public interface IGrainTimer : IDisposable
{
    /// <summary>Sets when the next tick is due and what follows; during a tick, it holds from that tick's end on.</summary>
    void Change(TimeSpan dueTime, TimeSpan period);
}

/// <summary>When a timer ticks, and how its ticks stand to the grain's requests.</summary>
public readonly struct GrainTimerCreationOptions
{
    public GrainTimerCreationOptions(TimeSpan dueTime, TimeSpan period)
    {
        DueTime = dueTime;
        Period = period;
    }

    /// <summary>Time to the first tick; <see cref="Timeout.InfiniteTimeSpan"/> for none before <see cref="IGrainTimer.Change"/>.</summary>
    public TimeSpan DueTime { get; init; }

    /// <summary>Time from the end of a tick to the next; <see cref="Timeout.InfiniteTimeSpan"/> for a single tick.</summary>
    public TimeSpan Period { get; init; }

    /// <summary>Whether ticks run between the turns of other requests. Default: no, a tick is like a request.</summary>
    public bool Interleave { get; init; }

    /// <summary>Whether a tick counts as use, so that the activation isn't collected. Default: no.</summary>
    public bool KeepAlive { get; init; }
}
