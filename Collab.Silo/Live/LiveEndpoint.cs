using System.Globalization;
using Collab.Contracts.Load;
using Collab.Silo.Operators;
using Microsoft.Extensions.Options;

namespace Collab.Silo.Live;

/// <summary><c>/operations/live?after=1764000000000</c>: what the live page shows, the whole cluster; with <c>after</c> only what is younger.</summary>
internal static class LiveEndpoint
{
    private static readonly string[] Outcomes = ["applied", "rebased", "duplicate", "rejected"];
    private static readonly string[] BreakerStates = ["closed", "half-open", "open"];

    public static async Task<IResult> ReadAsync(HttpContext context, LiveFeed feed, IOptions<OperationsOptions> options, long after = 0)
    {
        context.Response.Headers.CacheControl = "no-store";
        LiveView view;
        try
        {
            view = await feed.ReadAsync().WaitAsync(context.RequestAborted);
        }
        catch (Exception failure) when (!context.RequestAborted.IsCancellationRequested)
        {
            context.Response.Headers.RetryAfter = "2";
            return Results.Problem($"The cluster could not be asked: {failure.Message}", statusCode: StatusCodes.Status503ServiceUnavailable);
        }

        return Results.Json(Respond(view, after, options.Value.RunbookUrl));
    }

    internal static LiveResponse Respond(LiveView view, long after, string? runbook)
    {
        var picture = view.Picture with { Moments = [.. view.Picture.Moments.Where(moment => moment.At.ToUnixTimeMilliseconds() > after)] };
        return new LiveResponse(
            picture.At.ToUnixTimeMilliseconds(),
            picture.Step.TotalSeconds,
            [.. picture.Moments.Select(moment => moment.At.ToUnixTimeMilliseconds())],
            Charts(picture),
            Counts(picture),
            [.. picture.Hosts.Select(host => Host(picture, host))],
            [.. picture.Values("collab_circuit_breaker_state", "breaker").Select(breaker => Breaker(picture, breaker))],
            [.. LiveHints.Of(picture)],
            runbook,
            [.. view.Documents.Select(each => new LiveDocument(
                each.Load.Document.Value, each.Silo, Math.Round(each.Load.OperationsPerSecond, 1), each.Load.Sessions, each.Load.Hosts, each.Load.Bytes, each.Load.FlushTime.TotalSeconds))],
            [.. view.Conflicts.Select(each => new LiveConflict(
                each.Document.Value, each.Conflict.Kind, each.Conflict.Resolution, each.Conflict.Revision.Value, each.Conflict.Session.Value,
                each.Conflict.OtherRevision.Value, each.Conflict.OtherSession.Value, each.Conflict.At.ToUnixTimeMilliseconds()))]);
    }

    private static LiveCharts Charts(LivePicture picture) => new(
        Outcomes.ToDictionary(outcome => outcome, outcome => Numbers(Since(picture, picture.Over("collab_operations_total", $"outcome=\"{outcome}\"")))),
        picture.Values("collab_conflicts_total", "kind").ToDictionary(kind => kind, kind => Numbers(Since(picture, picture.Over("collab_conflicts_total", $"kind=\"{kind}\"")))),
        Numbers(ConflictRatio(picture)),
        Quantiles(picture, "collab_client_propagation_seconds"),
        Quantiles(picture, "collab_operation_duration_seconds"),
        Numbers(picture.Over("collab_active_sessions")),
        Numbers(picture.Over("collab_websocket_active_connections")),
        Numbers(picture.Over("collab_active_documents")),
        Numbers(picture.Over("collab_messages_sent_total")),
        picture.Values("collab_cache_hits_total", "cache").ToDictionary(cache => cache, cache => Numbers(HitRatio(picture, cache))),
        Numbers(Ratio(picture.Over("collab_log_batch_size_sum"), picture.Over("collab_log_batch_size_count"))),
        Numbers(picture.Over("collab_log_batches_total")),
        Numbers(picture.Over("collab_log_queue_depth")),
        [.. picture.Moments.Select(moment => moment.Hosts)]);

    private static LiveCounts Counts(LivePicture picture) => new(
        Outcomes.ToDictionary(outcome => outcome, outcome => picture.Grown("collab_operations_total", $"outcome=\"{outcome}\"")),
        [.. from kind in picture.Values("collab_conflicts_total", "kind")
            from resolution in picture.Values("collab_conflicts_total", "resolution")
            let count = picture.Grown("collab_conflicts_total", $"kind=\"{kind}\"", $"resolution=\"{resolution}\"")
            where count > 0
            orderby count descending
            select new LiveConflictCount(kind, resolution, count)],
        picture.Grown("collab_content_checks_total", "result=\"mismatch\""),
        picture.Grown("collab_store_fenced_appends_total"),
        picture.Grown("collab_slow_consumers_total"),
        picture.Values("collab_errors_total", "component").ToDictionary(component => component, component => picture.Grown("collab_errors_total", $"component=\"{component}\"")));

    private static LiveHostResponse Host(LivePicture picture, LiveHost host) => new(
        host.Host,
        host.Parts,
        host.Version,
        host.HasLeft ? "left" : host.IsSilent ? "silent" : "telling",
        Math.Round(host.Age.TotalSeconds, 1),
        Number(picture.Of(host, "collab_websocket_active_connections")),
        Number(picture.Of(host, "collab_active_sessions")),
        Number(picture.Of(host, "collab_active_documents")),
        Number(picture.Of(host, "collab_operations_total")),
        Number(picture.Of(host, "collab_messages_sent_total")),
        Number(picture.Of(host, "collab_runtime_cpu_ratio")),
        Number(picture.Of(host, "collab_runtime_memory_bytes", "kind=\"working_set\"")));

    private static LiveBreaker Breaker(LivePicture picture, string breaker)
    {
        string label = $"breaker=\"{breaker}\"";
        var states = picture.Hosts.Select(host => (host.Host, State: picture.Of(host, LiveHints.BreakerState, label))).Where(each => each.State > 0).ToArray();
        return new LiveBreaker(
            breaker,
            BreakerStates[states.Length == 0 ? 0 : (int)Math.Min(2, states.Max(each => each.State))],
            [.. states.Select(each => each.Host)],
            picture.Grown("collab_circuit_breaker_trips_total", label));
    }

    /// <summary>Conflicts for each operation that was taken.</summary>
    public static double[] ConflictRatio(LivePicture picture)
    {
        double[] taken = [.. picture.Over("collab_operations_total", "outcome=\"applied\"").Zip(picture.Over("collab_operations_total", "outcome=\"rebased\""), (applied, rebased) => Known(applied) + Known(rebased))];
        return Ratio([.. picture.Over("collab_conflicts_total").Select(Known)], taken);
    }

    private static double[] HitRatio(LivePicture picture, string cache)
    {
        double[] hits = [.. picture.Over("collab_cache_hits_total", $"cache=\"{cache}\"").Select(Known)];
        double[] all = [.. hits.Zip(picture.Over("collab_cache_misses_total", $"cache=\"{cache}\""), (hit, miss) => hit + Known(miss))];
        return Ratio(hits, all);
    }

    private static LiveQuantiles Quantiles(LivePicture picture, string histogram) => new(Numbers(picture.Quantile(0.5, histogram)), Numbers(picture.Quantile(0.95, histogram)));

    private static double[] Ratio(double[] some, double[] all) => [.. some.Zip(all, (part, whole) => whole > 0 ? part / whole : double.NaN)];

    /// <summary>A counter that nobody has touched is not there, and stands at nothing.</summary>
    private static double[] Since(LivePicture picture, double[] rates) => [.. rates.Select((rate, moment) => picture.Moments[moment].Hosts > 0 ? Known(rate) : rate)];

    private static double Known(double value) => double.IsNaN(value) ? 0 : value;

    private static double?[] Numbers(double[] values) => Array.ConvertAll(values, Number);

    // Five digits are more than a chart shows.
    private static double? Number(double value) => double.IsFinite(value) ? double.Parse(value.ToString("G5", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : null;
}
