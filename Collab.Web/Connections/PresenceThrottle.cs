using Collab.Contracts.Presence;
using Collab.Observability;

namespace Collab.Web.Connections;

/// <summary>Lets through one presence update of a session per interval, the latest: a mouse sends hundreds a second.</summary>
internal sealed class PresenceThrottle(TimeSpan interval, TimeProvider time, Func<PresenceEntry, Task> send)
{
    private readonly Lock _gate = new();
    private PresenceEntry? _waiting;
    private long _sentAt = long.MinValue;
    private bool _isWaiting;

    /// <summary>Sends at once if nothing was sent in the last interval, else at its end, unless overtaken by then.</summary>
    public void Offer(PresenceEntry entry)
    {
        TimeSpan wait;
        lock (_gate)
        {
            if (_waiting is not null)
                LimitMetrics.Reached(Limit.PresenceRate);
            _waiting = entry;
            if (_isWaiting)
                return;
            wait = _sentAt == long.MinValue ? TimeSpan.Zero : interval - time.GetElapsedTime(_sentAt);
            _isWaiting = true;
        }

        _ = SendAsync(wait);
    }

    private async Task SendAsync(TimeSpan wait)
    {
        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, time);
        PresenceEntry entry;
        lock (_gate)
        {
            entry = _waiting!;
            _waiting = null;
            _isWaiting = false;
            _sentAt = time.GetTimestamp();
        }

        try
        {
            await send(entry);
        }
        catch (Exception failure)
        {
            // Presence is worth nothing a moment later; the next update or renewal brings it.
            GrainFailures.Refuse(failure);
        }
    }
}
