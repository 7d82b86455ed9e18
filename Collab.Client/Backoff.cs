namespace Collab.Client;

/// <summary>How long to wait before trying again: doubling from <paramref name="first"/> to <paramref name="limit"/>, of which a random half.</summary>
/// <remarks>
/// "Equal jitter": at least half the delay, so that one client does not hammer, and a random rest, so that a thousand clients that lost
/// one server do not come back in step. See https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/.
/// </remarks>
internal sealed class Backoff(TimeSpan first, TimeSpan limit, Random random)
{
    private int _attempts;

    /// <summary>Whether nothing failed since the last success.</summary>
    public bool IsFresh => _attempts == 0;

    public TimeSpan Next()
    {
        // 2^30 is far beyond any limit; more would overflow.
        double delay = Math.Min(limit.TotalMilliseconds, first.TotalMilliseconds * Math.Pow(2, Math.Min(_attempts++, 30)));
        return TimeSpan.FromMilliseconds((delay / 2) + (random.NextDouble() * delay / 2));
    }

    public void Reset() => _attempts = 0;
}
