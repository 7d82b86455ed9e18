using System.Diagnostics;
using System.Runtime.CompilerServices;
using Collab.Contracts.Refusals;
using Prometheus;

namespace Collab.Grains.Log;

/// <summary>What the log counts; names and labels are those of <c>docs/metrics.md</c>.</summary>
internal static class LogMetrics
{
    public static readonly Histogram BatchSeconds = Metrics.CreateHistogram(
        "collab_log_batch_duration_seconds", "One commit of the log writer, from handing it to the store until it is durable.",
        new HistogramConfiguration { LabelNames = ["store", "status"], Buckets = Histogram.ExponentialBuckets(0.00005, 2, 18) });

    public static readonly Counter Batches = Metrics.CreateCounter("collab_log_batches_total", "Commits of the log writer.", "store", "status");

    public static readonly Histogram BatchSize = Metrics.CreateHistogram(
        "collab_log_batch_size", "Operations in one commit.",
        new HistogramConfiguration { LabelNames = ["store"], Buckets = Histogram.ExponentialBuckets(1, 2, 13) });

    public static readonly Counter Records = Metrics.CreateCounter("collab_log_records_total", "Operations made durable.", "store");

    public static readonly Gauge QueueDepth = Metrics.CreateGauge("collab_log_queue_depth", "Appends waiting for the log writer.", "store");

    public static readonly Histogram QuerySeconds = Metrics.CreateHistogram(
        "collab_store_query_duration_seconds", "One call of the store, waiting for its connection included.",
        new HistogramConfiguration { LabelNames = ["store", "operation", "table"], Buckets = Histogram.ExponentialBuckets(0.00001, 2, 20) });

    public static readonly Counter Errors = Metrics.CreateCounter("collab_store_errors_total", "Calls of the store that failed, by cause.", "store", "error_type");

    public static readonly Counter TrimmedOperations = Metrics.CreateCounter("collab_log_trimmed_operations_total", "Operations given up by retention.", "store");

    public static readonly Counter FencedAppends = Metrics.CreateCounter("collab_store_fenced_appends_total", "Appends of a stale writer, refused.", "store");

    public static readonly Gauge Connections = Metrics.CreateGauge(
        "collab_store_connections", "Connections to the store, in use and waiting for use.", "store", "state");

    public static readonly Gauge JournalBytes = Metrics.CreateGauge(
        "collab_log_journal_pending_bytes", "Acknowledged in SQLite's commit journal and not in its tables yet.");

    public static readonly Histogram ApplySeconds = Metrics.CreateHistogram(
        "collab_log_apply_duration_seconds", "Bringing what the commit journal has into SQLite's tables, in one transaction.",
        new HistogramConfiguration { LabelNames = ["status"], Buckets = Histogram.ExponentialBuckets(0.0001, 2, 17) });

    /// <summary>Times a call of a store that is under way, and counts it when it fails.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<T> MeasureAsync<T>(string store, Histogram.Child seconds, ValueTask<T> call)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            return await call;
        }
        catch (LogUnavailableException failure)
        {
            Errors.WithLabels(store, RefusalReasons.SnakeCase(failure.Fault.ToString())).Inc();
            throw;
        }
        finally
        {
            seconds.Observe(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
    }
}
