using Collab.Contracts.Documents;
using Collab.Contracts.Refusals;
using Collab.Observability;
using Prometheus;

namespace Collab.Grains.Documents;

/// <summary>What the document grains count; names and labels are those of <c>docs/metrics.md</c>.</summary>
internal static class DocumentMetrics
{
    public static readonly Counter Created = Metrics.CreateCounter("collab_documents_total", "Documents created.", "kind");

    public static readonly Gauge Active = Metrics.CreateGauge("collab_active_documents", "Documents activated in this process.", "kind");

    public static readonly Histogram SizeBytes = Metrics.CreateHistogram(
        "collab_document_size_bytes", "Size of a document's content when it is loaded and at each snapshot.",
        new HistogramConfiguration { LabelNames = ["kind"], Buckets = Histogram.ExponentialBuckets(256, 4, 10) });

    public static readonly Histogram LoadSeconds = Metrics.CreateHistogram(
        "collab_document_load_seconds", "Activation of a document: take-over, snapshot, replay.",
        new HistogramConfiguration { LabelNames = ["kind"], Buckets = Histogram.ExponentialBuckets(0.0005, 2, 15) });

    public static readonly Counter Operations = Metrics.CreateCounter("collab_operations_total", "Submissions by what became of them.", "kind", "outcome");

    public static readonly Histogram OperationSeconds = Metrics.CreateHistogram(
        "collab_operation_duration_seconds", "Submission received by the document grain until durable.",
        new HistogramConfiguration { LabelNames = ["kind"], Buckets = Histogram.ExponentialBuckets(0.00005, 2, 18) });

    public static readonly Histogram RebaseDistance = Metrics.CreateHistogram(
        "collab_operation_rebase_distance", "Operations between a submission's base and the head.",
        new HistogramConfiguration { Buckets = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 1024, 4096, 16384] });

    public static readonly Counter Rejections = Metrics.CreateCounter("collab_operation_rejections_total", "Submissions refused, by error code.", "reason");

    public static readonly Counter Conflicts = Metrics.CreateCounter("collab_conflicts_total", "Conflicts found while rebasing.", "kind", "resolution");

    private static readonly Counter ContentChecks = Metrics.CreateCounter("collab_content_checks_total", "A client's content hash at a revision against the document's.", "result");

    public static readonly Counter.Child ContentMatches = ContentChecks.WithLabels("match");

    /// <summary>There from the start, at 0: of a counter that begins with its first event nobody sees that it increased, and one mismatch is one too many.</summary>
    public static readonly Counter.Child ContentMismatches = ContentChecks.WithLabels("mismatch");

    /// <summary>Counts one submission's fate.</summary>
    public static void Count(string kind, Decision decision)
    {
        switch (decision)
        {
            case Decision.Applied applied:
                Operations.WithLabels(kind, applied.RebaseDistance == 0 ? "applied" : "rebased").Inc();
                RebaseDistance.Observe(applied.RebaseDistance);
                Count(applied.Conflicts);
                break;
            case Decision.Duplicate:
                Operations.WithLabels(kind, "duplicate").Inc();
                break;
            case Decision.Refused refused:
                Refused(kind, refused.Refusal.Reason);
                if (refused.Limit is { } limit)
                    LimitMetrics.Reached(limit);
                Count(refused.Conflicts);
                break;
        }
    }

    public static void Refused(string kind, RefusalReason reason)
    {
        Operations.WithLabels(kind, "rejected").Inc();
        Rejections.WithLabels(reason.Code()).Inc();
    }

    private static void Count(IReadOnlyList<ConflictRecord> conflicts)
    {
        foreach (var conflict in conflicts)
            Conflicts.WithLabels(conflict.Kind, conflict.Resolution).Inc();
    }
}
