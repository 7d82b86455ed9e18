using System.Collections.Concurrent;
using Collab.Contracts.Documents;
using Collab.Contracts.Refusals;
using Collab.Observability;
using Prometheus;

namespace Collab.Grains.Documents;

/// <summary>What the document grains count of one kind; names and labels are those of <c>docs/metrics.md</c>. Looked up once: every keystroke comes by here.</summary>
internal sealed class DocumentMetrics
{
    private static readonly Counter AllCreated = Metrics.CreateCounter("collab_documents_total", "Documents created.", "kind");

    private static readonly Gauge AllActive = Metrics.CreateGauge("collab_active_documents", "Documents activated in this process.", "kind");

    private static readonly Histogram AllSizeBytes = Metrics.CreateHistogram(
        "collab_document_size_bytes", "Size of a document's content when it is loaded and at each snapshot.",
        new HistogramConfiguration { LabelNames = ["kind"], Buckets = Histogram.ExponentialBuckets(256, 4, 10) });

    private static readonly Histogram AllLoadSeconds = Metrics.CreateHistogram(
        "collab_document_load_seconds", "Activation of a document: take-over, snapshot, replay.",
        new HistogramConfiguration { LabelNames = ["kind"], Buckets = Histogram.ExponentialBuckets(0.0005, 2, 15) });

    private static readonly Counter AllOperations = Metrics.CreateCounter("collab_operations_total", "Submissions by what became of them.", "kind", "outcome");

    private static readonly Histogram AllOperationSeconds = Metrics.CreateHistogram(
        "collab_operation_duration_seconds", "Submission received by the document grain until durable.",
        new HistogramConfiguration { LabelNames = ["kind"], Buckets = Histogram.ExponentialBuckets(0.00005, 2, 18) });

    private static readonly Histogram AllRebaseDistance = Metrics.CreateHistogram(
        "collab_operation_rebase_distance", "Operations between a submission's base and the head.",
        new HistogramConfiguration { LabelNames = ["kind"], Buckets = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 1024, 4096, 16384] });

    private static readonly Counter Rejections = Metrics.CreateCounter("collab_operation_rejections_total", "Submissions refused, by error code.", "reason");

    private static readonly Counter Conflicts = Metrics.CreateCounter("collab_conflicts_total", "Conflicts found while rebasing.", "kind", "resolution");

    private static readonly Counter ContentChecks = Metrics.CreateCounter("collab_content_checks_total", "A client's content hash at a revision against the document's.", "result");

    private static readonly ConcurrentDictionary<string, DocumentMetrics> ByKind = new();

    private readonly Counter.Child _applied;
    private readonly Counter.Child _rebased;
    private readonly Counter.Child _duplicate;
    private readonly Counter.Child _rejected;
    private readonly Histogram.Child _operationSeconds;
    private readonly Histogram.Child _rebaseDistance;

    private DocumentMetrics(string kind)
    {
        Created = AllCreated.WithLabels(kind);
        Active = AllActive.WithLabels(kind);
        SizeBytes = AllSizeBytes.WithLabels(kind);
        LoadSeconds = AllLoadSeconds.WithLabels(kind);
        _applied = AllOperations.WithLabels(kind, "applied");
        _rebased = AllOperations.WithLabels(kind, "rebased");
        _duplicate = AllOperations.WithLabels(kind, "duplicate");
        _rejected = AllOperations.WithLabels(kind, "rejected");
        _operationSeconds = AllOperationSeconds.WithLabels(kind);
        _rebaseDistance = AllRebaseDistance.WithLabels(kind);
    }

    public static Counter.Child ContentMatches { get; } = ContentChecks.WithLabels("match");

    /// <summary>There from the start, at 0: of a counter that begins with its first event nobody sees that it increased, and one mismatch is one too many.</summary>
    public static Counter.Child ContentMismatches { get; } = ContentChecks.WithLabels("mismatch");

    public Counter.Child Created { get; }

    public Gauge.Child Active { get; }

    public Histogram.Child SizeBytes { get; }

    public Histogram.Child LoadSeconds { get; }

    /// <param name="kind">One that this build knows.</param>
    public static DocumentMetrics Of(string kind) => ByKind.GetOrAdd(kind, static kind => new DocumentMetrics(kind));

    /// <summary>Counts a submission that is durable.</summary>
    public void Count(Decision.Applied applied, TimeSpan duration)
    {
        (applied.RebaseDistance == 0 ? _applied : _rebased).Inc();
        _rebaseDistance.Observe(applied.RebaseDistance);
        _operationSeconds.Observe(duration.TotalSeconds);
        Count(applied.Conflicts);
    }

    /// <summary>Counts those of a batch that are durable.</summary>
    public void Count(ReadOnlySpan<Decision.Applied?> batch, int count, TimeSpan duration)
    {
        int rebased = 0;
        foreach (var applied in batch)
        {
            if (applied is null)
                continue;
            if (applied.RebaseDistance > 0)
                rebased++;
            _rebaseDistance.Observe(applied.RebaseDistance);
            if (applied.Conflicts.Length > 0)
                Count(applied.Conflicts);
        }

        if (rebased > 0)
            _rebased.Inc(rebased);
        if (count > rebased)
            _applied.Inc(count - rebased);
        _operationSeconds.Observe(duration.TotalSeconds, count);
    }

    /// <summary>Counts a submission's fate that is none of the log's.</summary>
    public void Count(Decision decision)
    {
        switch (decision)
        {
            case Decision.Duplicate:
                _duplicate.Inc();
                break;
            case Decision.Refused refused:
                Refused(refused.Refusal.Reason);
                if (refused.Limit is { } limit)
                    LimitMetrics.Reached(limit);
                Count(refused.Conflicts);
                break;
        }
    }

    public void Refused(RefusalReason reason)
    {
        _rejected.Inc();
        Rejections.WithLabels(reason.Code()).Inc();
    }

    private static void Count(ConflictRecord[] conflicts)
    {
        foreach (var conflict in conflicts)
            Conflicts.WithLabels(conflict.Kind, conflict.Resolution).Inc();
    }
}
