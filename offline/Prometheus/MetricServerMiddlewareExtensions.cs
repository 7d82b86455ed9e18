using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

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
            var format = Wanted(context.Request);
            await (registry ?? Metrics.DefaultRegistry).ExportAsync(body, format, context.RequestAborted);
            context.Response.ContentType = format.ContentType;
            context.Response.ContentLength = body.Length;
            await context.Response.Body.WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length), context.RequestAborted);
        }).WithDisplayName("Prometheus metrics");

    // The first of the two, by the preference of who asks; text for whoever asks for neither.
    private static TextFormat Wanted(HttpRequest request) =>
        MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted)
        && accepted.OrderByDescending(type => type.Quality ?? 1).Select(FormatOf).FirstOrDefault(format => format is not null) is { } wanted ? wanted : TextFormat.Prometheus;

    private static TextFormat? FormatOf(MediaTypeHeaderValue type) => type.MediaType.Value switch
    {
        "application/openmetrics-text" => TextFormat.OpenMetrics,
        "text/plain" => TextFormat.Prometheus,
        _ => null,
    };
}
