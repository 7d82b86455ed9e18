using System.Threading.RateLimiting;
using Collab.Contracts.Refusals;
using Collab.Observability;
using Collab.Resilience;
using Collab.Web.Api;
using Collab.Web.Security;
using Microsoft.Extensions.Options;

namespace Collab.Web.Limits;

/// <summary>How many REST requests a host works on at once, and how many one caller may make in a second. A filter of the API's own endpoints: those of a host that Collab is built into are none of its business.</summary>
internal sealed class RestLimits : IDisposable
{
    private readonly ClientLimits _limits;
    private readonly ConcurrencyLimiter _atOnce;
    private readonly PartitionedRateLimiter<HttpContext> _rate;

    public RestLimits(IOptions<CollabOptions> options)
    {
        _limits = options.Value.Limits;
        _atOnce = new ConcurrencyLimiter(new ConcurrencyLimiterOptions
        {
            PermitLimit = _limits.RestRequestsAtOnce,
            QueueLimit = _limits.RestRequestsAtOnce,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
        // The framework's: it forgets callers who have been away for a while.
        _rate = PartitionedRateLimiter.Create<HttpContext, string>(context => RateLimitPartition.GetTokenBucketLimiter(CallerOf(context), _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = (int)(_limits.RestRequestsPerSecond * RateBucket.Depth.TotalSeconds),
            TokensPerPeriod = Math.Max(1, _limits.RestRequestsPerSecond / 10),
            ReplenishmentPeriod = TimeSpan.FromSeconds(_limits.RestRequestsPerSecond < 10 ? 1.0 / _limits.RestRequestsPerSecond : 0.1),
            QueueLimit = 0,
        }));
    }

    /// <summary>The filter: one for all endpoints, whose limits are the host's.</summary>
    public static ValueTask<object?> Apply(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.RequestServices.GetRequiredService<RestLimits>().RunAsync(context, next);

    private async ValueTask<object?> RunAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        using var allowed = _rate.AttemptAcquire(http);
        if (!allowed.IsAcquired)
        {
            LimitMetrics.Reached(Limit.RestRequests);
            return Problems.Of(new Refusal(
                RefusalReason.RateLimited,
                $"The caller makes more than {_limits.RestRequestsPerSecond} requests a second, the limit (Collab:Limits:RestRequestsPerSecond).",
                allowed.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1)));
        }

        using var turn = await _atOnce.AcquireAsync(1, http.RequestAborted);
        if (!turn.IsAcquired)
        {
            LimitMetrics.Reached(Limit.RestRequestsAtOnce);
            return Problems.Of(new Refusal(
                RefusalReason.Overloaded, $"The host works on {_limits.RestRequestsAtOnce} requests and as many wait, the limit (Collab:Limits:RestRequestsAtOnce).", TimeSpan.FromSeconds(1)));
        }

        return await next(context);
    }

    public void Dispose()
    {
        _atOnce.Dispose();
        _rate.Dispose();
    }

    private static string CallerOf(HttpContext context) => context.FindCaller()?.Subject is { } subject ? $"user {subject}" : NetworkAddress.Of(context.Connection.RemoteIpAddress).ToString();
}
