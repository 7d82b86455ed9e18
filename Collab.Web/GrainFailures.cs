using Collab.Contracts.Refusals;
using Collab.Observability;
using Collab.Resilience;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Collab.Web;

/// <summary>What a client is told when a grain call throws: something that it can retry, because the outcome is unknown and resubmitting settles it.</summary>
internal static class GrainFailures
{
    // Where nobody knows better: a few seconds bring back most of what goes.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    public static Refusal Refuse(Exception failure)
    {
        // The exception's own text may carry anything, and its type is nobody's business: whoever caught it has logged both.
        var refusal = failure switch
        {
            RefusedException refused => refused.Refusal,
            BrokenCircuitException open => new Refusal(
                RefusalReason.StorageUnavailable, "The cluster could not be reached repeatedly and is left alone for a moment; nothing was done.", Spread(open.RetryAfter ?? RetryAfter)),
            BulkheadRejectedException => new Refusal(RefusalReason.Overloaded, failure.Message, Spread(RetryAfter)),
            TimeoutException or TimeoutRejectedException or OperationCanceledException => new Refusal(
                RefusalReason.Timeout, "The cluster did not answer in time; the outcome is unknown.", Spread(RetryAfter)),
            _ => new Refusal(
                RefusalReason.StorageUnavailable, "The document's authority could not answer; the outcome is unknown.", Spread(RetryAfter)),
        };
        ErrorMetrics.Count(ErrorComponent.Web, refusal.Reason.Code());
        if (failure is BulkheadRejectedException)
            LimitMetrics.Reached(Limit.ClusterCalls);
        return refusal;
    }

    // Up to a half longer, so that those who are told together don't come back together.
    private static TimeSpan Spread(TimeSpan wait)
    {
        wait = wait > TimeSpan.FromMilliseconds(100) ? wait : RetryAfter;
        return wait + (wait * 0.5 * Random.Shared.NextDouble());
    }
}
