using Collab.Contracts.Refusals;
using Collab.Observability;

namespace Collab.Web;

/// <summary>What a client is told when a grain call throws: something that it can retry, because the outcome is unknown and resubmitting settles it.</summary>
internal static class GrainFailures
{
    public static Refusal Refuse(Exception failure)
    {
        // The exception's own text may carry anything; its type is what a developer needs.
        var refusal = failure is TimeoutException or OperationCanceledException
            ? new Refusal(RefusalReason.Timeout, "The cluster did not answer in time; the outcome is unknown.")
            : new Refusal(RefusalReason.StorageUnavailable, $"The document's authority could not answer ({failure.GetType().Name}); the outcome is unknown.");
        ErrorMetrics.Count("web", refusal.Reason.Code());
        return refusal;
    }
}
