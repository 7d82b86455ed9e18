using System.Threading.RateLimiting;
using Polly;

namespace Collab.Resilience;

/// <summary>Lets a limited number of calls through at once and makes a limited number wait, so that what is slow takes a known share of the process and no more.</summary>
/// <remarks>Polly's own is in a package that not every source has; it does the same, over the same limiter of the framework.</remarks>
internal sealed class Bulkhead(ConcurrencyLimiter limiter, Func<Exception> refuse) : ResilienceStrategy
{
    protected override async ValueTask<Outcome<TResult>> ExecuteCore<TResult, TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<TResult>>> callback, ResilienceContext context, TState state)
    {
        RateLimitLease lease;
        try
        {
            lease = await limiter.AcquireAsync(1, context.CancellationToken).ConfigureAwait(context.ContinueOnCapturedContext);
        }
        catch (OperationCanceledException cancelled)
        {
            return Outcome.FromException<TResult>(cancelled);
        }

        using (lease)
        {
            return lease.IsAcquired
                ? await callback(context, state).ConfigureAwait(context.ContinueOnCapturedContext)
                : Outcome.FromException<TResult>(refuse());
        }
    }
}
