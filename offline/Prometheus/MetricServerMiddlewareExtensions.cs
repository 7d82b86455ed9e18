using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Prometheus;

/// <summary>Shows a registry over HTTP.</summary>
public static class MetricServerMiddlewareExtensions
{
    /// <summary>Answers <paramref name="pattern"/> with all metrics of <paramref name="registry"/>, by default the default one.</summary>
    public static IEndpointConventionBuilder MapMetrics(
        this IEndpointRouteBuilder endpoints, string pattern = "/metrics", CollectorRegistry? registry = null) =>
        endpoints.Map(pattern, async context =>
        {
            // Into memory first: a scrape that fails half-way must be an error, not a short answer.
            using var body = new MemoryStream();
            await (registry ?? Metrics.DefaultRegistry).CollectAndExportAsTextAsync(body, context.RequestAborted);
            context.Response.ContentType = TextFormat.ContentType;
            context.Response.ContentLength = body.Length;
            await context.Response.Body.WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length), context.RequestAborted);
        }).WithDisplayName("Prometheus metrics");
}
