using System.Globalization;
using Collab.Contracts.Load;

namespace Collab.Silo.Live;

/// <summary>What somebody who watches should look at, by the alerts of <c>deploy/prometheus/rules</c> and their names; without their patience, since somebody is watching.</summary>
internal static class LiveHints
{
    public const string BreakerState = "collab_circuit_breaker_state";

    private const string Critical = "critical";
    private const string Warning = "warning";

    // The alerts' own limits.
    private const double ConflictRatioLimit = 0.2;
    private const double PropagationLimit = 0.512;
    private const double CommitLimit = 1;
    private const double StreamLagLimit = 1000;
    private const double HeadroomLimit = 0.8;
    private const double MemoryLimit = 0.9;

    public static IEnumerable<LiveHint> Of(LivePicture picture) => [.. Breakers(picture), .. picture.Hosts.SelectMany(host => OfHost(picture, host)), .. Replicas(picture), .. Backlogs(picture), .. Rates(picture)];

    private static IEnumerable<LiveHint> Breakers(LivePicture picture)
    {
        foreach (string breaker in picture.Values(BreakerState, "breaker"))
        {
            string[] open = [.. picture.Hosts.Where(host => picture.Of(host, BreakerState, $"breaker=\"{breaker}\"") >= 2).Select(host => host.Host)];
            // A webhook's endpoint is somebody else's; what it misses is kept.
            bool isOurs = !breaker.StartsWith("webhook:", StringComparison.Ordinal);
            if (open.Length > 0)
            {
                yield return new LiveHint(
                    isOurs ? "CollabBreakerOpen" : "CollabWebhookDeadLetters", isOurs ? Critical : Warning, $"The breaker {breaker} is open on {string.Join(", ", open)}: calls are refused at once, and tried again by themselves.");
            }
        }
    }

    private static IEnumerable<LiveHint> OfHost(LivePicture picture, LiveHost host)
    {
        if (host.IsSilent)
            yield return new LiveHint("CollabServiceDown", Critical, $"{host.Host} ({string.Join(", ", host.Parts)}) has told nothing for {host.Age.TotalSeconds:0} s: it is down, frozen or cut off.");
        if (picture.Of(host, "collab_websocket_active_connections") / picture.Of(host, "collab_websocket_connections_limit") is > HeadroomLimit and var full)
            yield return new LiveHint("CollabConnectionHeadroomLow", Warning, string.Create(CultureInfo.InvariantCulture, $"{host.Host} has {full:0%} of the connections that it may have."));
        if (picture.Of(host, "collab_runtime_memory_bytes", "kind=\"working_set\"") / picture.Of(host, "collab_runtime_memory_bytes", "kind=\"limit\"") is > MemoryLimit and var used)
            yield return new LiveHint("CollabMemoryNearLimit", Critical, string.Create(CultureInfo.InvariantCulture, $"{host.Host} uses {used:0%} of the memory that it may have."));
    }

    private static IEnumerable<LiveHint> Replicas(LivePicture picture)
    {
        if (picture.Grown("collab_content_checks_total", "result=\"mismatch\"") is >= 0.5 and var mismatches)
            yield return new LiveHint("CollabContentMismatch", Critical, $"{Count(mismatches, "replica", "replicas")} differed from the document in the last 15 minutes, and got a fresh one: look for why.");
        if (picture.Grown("collab_store_fenced_appends_total") is >= 0.5 and var fenced)
            yield return new LiveHint("CollabFencedAppends", Warning, $"{Count(fenced, "append", "appends")} of a stale writer refused in the last 15 minutes: two activations of a document met.");
        if (picture.Grown("collab_unhandled_exceptions_total") is >= 0.5 and var unhandled)
            yield return new LiveHint("CollabUnhandledExceptions", Warning, $"{Count(unhandled, "exception", "exceptions")} in the last 15 minutes that nobody foresaw: the log has them.");
    }

    private static IEnumerable<LiveHint> Backlogs(LivePicture picture)
    {
        double queue = Last(picture.Over("collab_log_queue_depth"));
        double written = Last(picture.Over("collab_log_batch_size_sum"));
        if (queue > 0 && !(written >= queue))
            yield return new LiveHint("CollabLogQueueBacklog", Warning, $"{Count(queue, "append waits", "appends wait")} for the log, more than it takes in a second.");
        if (Last(picture.Over("collab_stream_lag")) is > StreamLagLimit and var lag)
            yield return new LiveHint("CollabStreamBacklog", Warning, $"{Count(lag, "event waits", "events wait")} for the activity log.");
        if (Last(picture.Over("collab_fanout_hosts", "state=\"silent\"")) is >= 0.5 and var silent)
            yield return new LiveHint("CollabServiceDown", Warning, $"{Count(silent, "web host does", "web hosts do")} not answer a silo, and get no pushes until they do.");
    }

    private static IEnumerable<LiveHint> Rates(LivePicture picture)
    {
        if (Last(picture.Quantile(0.95, "collab_client_propagation_seconds")) is > PropagationLimit and var slow)
            yield return new LiveHint("CollabPropagationBudgetBurn", Warning, string.Create(CultureInfo.InvariantCulture, $"Edits take {slow:0.0} s (p95) to reach others."));
        if (Last(picture.Quantile(0.95, "collab_operation_duration_seconds")) is > CommitLimit and var commit)
            yield return new LiveHint("CollabSlowOperations", Warning, string.Create(CultureInfo.InvariantCulture, $"Operations take {commit:0.0} s (p95) until they are durable."));
        if (Last(LiveEndpoint.ConflictRatio(picture)) is > ConflictRatioLimit and var ratio && Last(picture.Over("collab_operations_total")) > 1)
            yield return new LiveHint("CollabConflictRatioHigh", Warning, string.Create(CultureInfo.InvariantCulture, $"For every 100 operations of the last 10 s there were {ratio * 100:0} conflicts."));
    }

    private static double Last(double[] values) => values.Length == 0 ? double.NaN : values[^1];

    private static string Count(double count, string one, string more) => string.Create(CultureInfo.InvariantCulture, $"{count:0} {(count < 1.5 ? one : more)}");
}
