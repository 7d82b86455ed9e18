using Collab.Silo.Readiness;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Prometheus;

namespace Collab.Silo;

/// <summary>What every host shows to those who run it: <c>/metrics</c>, <c>/health/live</c>, <c>/health/ready</c>, <c>/operations</c>. Not for the public.</summary>
public static class OperationsEndpoints
{
    /// <summary>Adds what <see cref="MapCollabOperations"/> needs; once, however often it is called. What makes a silo or a client ready they add themselves.</summary>
    public static IServiceCollection AddCollabOperations(this IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(HostDrain)))
            return services;
        services.AddSingleton<HostDrain>();
        services.AddHealthChecks().AddCheck<HostDrain>("host");
        return services;
    }

    public static IEndpointRouteBuilder MapCollabOperations(this IEndpointRouteBuilder endpoints)
    {
        Engine.Publish(endpoints.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger("Collab"));
        endpoints.MapMetrics();
        // The process runs and answers: nothing else is asked, so that a broken log does not get the host restarted.
        endpoints.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync });
        endpoints.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = WriteAsync });
        endpoints.MapGet("/operations/load", LoadEndpoint.ReadAsync).ExcludeFromDescription();
        WebhookOperations.Map(endpoints.MapGroup("/operations/webhooks"));
        return endpoints;
    }

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        var checks = report.Entries.ToDictionary(entry => entry.Key, entry => entry.Value.Description ?? entry.Value.Status.ToString());
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(new HealthResponse(report.Status.ToString().ToLowerInvariant(), Engine.Name, Engine.Version, checks));
    }

    /// <param name="Engine">What the build runs on, see <see cref="Silo.Engine"/>.</param>
    private sealed record HealthResponse(string Status, string Engine, string Version, IReadOnlyDictionary<string, string> Checks);
}
