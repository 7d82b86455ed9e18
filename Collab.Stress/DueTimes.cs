using System.Diagnostics;

namespace Collab.Stress;

/// <summary>When somebody's next operation is due, however late the one before was.</summary>
/// <param name="first">From now.</param>
internal sealed class DueTimes(TimeSpan first)
{
    /// <summary>By the stopwatch.</summary>
    public long Due { get; private set; } = Stopwatch.GetTimestamp() + Ticks(first);

    /// <summary>Until then; zero if it is past.</summary>
    public TimeSpan Left => Stopwatch.GetTimestamp() is var now && now < Due ? Stopwatch.GetElapsedTime(now, Due) : TimeSpan.Zero;

    public void Add(TimeSpan pause) => Due += Ticks(pause);

    /// <summary>Until it is due, or all is <paramref name="over"/>.</summary>
    public async Task WaitAsync(CancellationToken over)
    {
        // Timers know whole milliseconds only, and may be one of them early: nothing is done before it is due.
        while (Math.Ceiling(Left.TotalMilliseconds) is > 0 and var early && !over.IsCancellationRequested)
            await Task.Delay(TimeSpan.FromMilliseconds(early), over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
