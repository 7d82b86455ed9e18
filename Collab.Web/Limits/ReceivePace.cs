using Collab.Observability;
using Collab.Resilience;

namespace Collab.Web.Limits;

/// <summary>
/// How fast one connection is read from: only so many messages and bytes a second. What comes faster stays in the socket until its time, so that its sender, and nobody else, is slowed down. It counts what is
/// taken, before anybody looks at it: pings and what is no message at all count, too.
/// </summary>
internal sealed class ReceivePace(ClientLimits limits, TimeProvider clock)
{
    // A connection that nothing comes from for 30 s is given up: it has to be read from before.
    private static readonly TimeSpan WaitLimit = TimeSpan.FromSeconds(10);

    private readonly RateBucket _messages = new(limits.MessagesPerSecond, clock);
    private readonly RateBucket _bytes = new(limits.ReceivedBytesPerSecond, clock);
    private long _heardAt = clock.GetTimestamp();

    /// <summary>For how long nothing came, a ping included.</summary>
    public TimeSpan SilentFor => clock.GetElapsedTime(Volatile.Read(ref _heardAt));

    /// <summary>Something came.</summary>
    public void Hear() => Volatile.Write(ref _heardAt, clock.GetTimestamp());

    /// <returns>How long to wait before anything more is read.</returns>
    public TimeSpan Take(long messages, long bytes)
    {
        var (slow, large) = (_messages.Take(messages), _bytes.Take(bytes));
        if (slow > TimeSpan.Zero)
            LimitMetrics.Reached(Limit.ConnectionMessages);
        if (large > TimeSpan.Zero)
            LimitMetrics.Reached(Limit.ConnectionBytes);
        var wait = slow > large ? slow : large;
        return wait < WaitLimit ? wait : WaitLimit;
    }
}
