using Collab.Stress.Integrity;

namespace Collab.Stress.Reporting;

/// <param name="Edited">How long the clients edited.</param>
internal sealed record StressResult(StressPlan Plan, TimeSpan Edited, LatencyStatistics Statistics, IntegrityReport Integrity);
