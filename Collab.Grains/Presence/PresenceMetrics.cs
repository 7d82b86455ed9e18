using Prometheus;

namespace Collab.Grains.Presence;

/// <summary>What the presence grains count.</summary>
internal static class PresenceMetrics
{
    public static readonly Counter Updates = Metrics.CreateCounter("collab_presence_updates_total", "Presence updates received.");
}
