using System.Globalization;

namespace Collab.Silo.Live;

/// <summary>What somebody who watches should look at, by the alerts of <c>deploy/prometheus/rules</c> and their names; without their patience, since somebody is watching.</summary>
internal static class LiveHints
{
    public const string BreakerState = "collab_circuit_breaker_state";

    private const string Critical = "critical";
    private const string Warning = "warning";

    // The alerts' limits.
    private const double ConflictRatioLimit = 0.2;
    private const double PropagationLimit = 1;
    private const double QueueLimit = 1000;
    private const double StreamLagLimit = 1000;

    public static IEnumerable<LiveHint> Of(LivePicture picture)
    {
        foreach (string breaker in picture.Values(BreakerState, "breaker"))
        {
            string[] open = [.. picture.Hosts.Where(host => picture.Of(host, BreakerState, $"breaker=\"{breaker}\"") >= 2).Select(host => host.Host)];
            if (open.Length > 0)
                yield return new LiveHint("BreakerOpen", Critical, $"The breaker {breaker} is open on {string.Join(", ", open)}: calls are refused at once, and tried again by themselves.");
        }

        foreach (var host in picture.Hosts.Where(host => host.IsSilent))
            yield return new LiveHint("ServiceDown", Critical, $"{host.Host} ({string.Join(", ", host.Parts)}) has told nothing for {host.Age.TotalSeconds:0} s: it is down, frozen or cut off.");
        if (picture.Grown("collab_content_checks_total", "result=\"mismatch\"") is > 0 and var mismatches)
            yield return new LiveHint("ContentMismatch", Critical, $"{Count(mismatches, "replica", "replicas")} differed from the document in the last 15 minutes, and were healed: look for why.");
        if (picture.Grown("collab_store_fenced_appends_total") is > 0 and var fenced)
            yield return new LiveHint("FencedAppends", Warning, $"{Count(fenced, "append", "appends")} of a stale writer refused in the last 15 minutes: two activations of a document met.");
        if (Last(picture.Over("collab_fanout_hosts", "state=\"silent\"")) is > 0 and var silent)
            yield return new LiveHint("SilentHosts", Warning, $"{Count(silent, "web host does", "web hosts do")} not answer the silos, and get no pushes until they do.");
        if (Last(picture.Over("collab_log_queue_depth")) is > QueueLimit and var queue)
            yield return new LiveHint("LogQueueBacklog", Warning, $"{Count(queue, "append waits", "appends wait")} for the log.");
        if (Last(picture.Over("collab_stream_lag")) is > StreamLagLimit and var lag)
            yield return new LiveHint("StreamBacklog", Warning, $"{Count(lag, "event waits", "events wait")} for the activity log.");
        if (Last(picture.Quantile(0.95, "collab_client_propagation_seconds")) is > PropagationLimit and var slow)
            yield return new LiveHint("HighPropagationLatency", Warning, string.Create(CultureInfo.InvariantCulture, $"Edits take {slow:0.0} s (p95) to reach others."));
        if (Last(LiveEndpoint.ConflictRatio(picture)) is > ConflictRatioLimit and var ratio)
            yield return new LiveHint("ConflictRatioHigh", Warning, string.Create(CultureInfo.InvariantCulture, $"{ratio:0%} of the operations of the last 10 s ran into another."));
    }

    private static double Last(double[] values) => values.Length == 0 ? double.NaN : values[^1];

    private static string Count(double count, string one, string more) => string.Create(CultureInfo.InvariantCulture, $"{count:0} {(count < 1.5 ? one : more)}");
}
