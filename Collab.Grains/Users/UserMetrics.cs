using Prometheus;

namespace Collab.Grains.Users;

/// <summary>What the user grains count.</summary>
internal static class UserMetrics
{
    public static readonly Gauge Active = Metrics.CreateGauge("collab_active_users", "Subjects with open sessions that this process keeps count of; over all silos, each once.");
}
