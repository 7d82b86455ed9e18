namespace Collab.Resilience;

/// <summary>
/// A token bucket that holds ten seconds' worth: whoever was quiet may catch up at once, and nobody exceeds the rate for long. One number and a clock, so that each keystroke may pass one.
/// </summary>
/// <remarks>
/// Kept as the moment up to which what was taken is paid for (the generic cell rate algorithm); that may lie up to the bucket's depth ahead of now. Used from one thread at a time.
/// </remarks>
public sealed class RateBucket
{
    /// <summary>What a full bucket holds. A person who was offline comes back with one operation, a page that wakes up with one for each document: ten seconds are generous to them, and nothing to who goes on.</summary>
    public static readonly TimeSpan Depth = TimeSpan.FromSeconds(10);

    /// <summary>Nobody is told to come back sooner: below, asking costs more than waiting.</summary>
    private static readonly TimeSpan WaitAtLeast = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _clock;
    private readonly double _ticksForOne;
    private readonly long _depth;
    private long _paidUntil = long.MinValue;

    /// <param name="perSecond">Tokens a second.</param>
    /// <param name="holds">Tokens that it holds at least, where ten seconds' worth would be fewer.</param>
    public RateBucket(double perSecond, TimeProvider clock, double holds = 0)
    {
        _clock = clock;
        _ticksForOne = clock.TimestampFrequency / perSecond;
        _depth = (long)Math.Max(clock.TimestampFrequency * Depth.TotalSeconds, holds * _ticksForOne);
    }

    /// <summary>Takes one token if there is one.</summary>
    /// <returns>Null: taken. Else how long it takes until there is one, of which nothing was taken.</returns>
    public TimeSpan? TryTake()
    {
        long now = _clock.GetTimestamp();
        long paid = Math.Max(_paidUntil, now) + (long)_ticksForOne;
        if (paid - now <= _depth)
        {
            _paidUntil = paid;
            return null;
        }

        var wait = _clock.GetElapsedTime(now + _depth, paid);
        return wait > WaitAtLeast ? wait : WaitAtLeast;
    }

    /// <summary>Takes tokens, whether there are as many or not.</summary>
    /// <returns>How long it takes until the debt is paid; zero if there is none.</returns>
    public TimeSpan Take(long tokens)
    {
        long now = _clock.GetTimestamp();
        _paidUntil = Math.Max(_paidUntil, now) + (long)(tokens * _ticksForOne);
        return _paidUntil - now <= _depth ? TimeSpan.Zero : _clock.GetElapsedTime(now + _depth, _paidUntil);
    }
}
