using Collab.Contracts.Load;
using Collab.Grains.Load;
using Collab.Silo.Live;
using Collab.Silo.Operators;
using Collab.Silo.Readiness;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Prometheus;

namespace Collab.Silo;

/// <summary>What every host shows to those who run it: <c>/metrics</c>, <c>/health/live</c>, <c>/health/ready</c>, <c>/operations</c>. For operators, but for whether it is well.</summary>
public static class OperationsEndpoints
{
    /// <summary>Adds what <see cref="MapCollabOperations"/> needs; once, however often it is called. What makes a silo or a client ready they add themselves.</summary>
    public static IServiceCollection AddCollabOperations(this IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(HostDrain)))
            return services;
        services.AddSingleton<HostDrain>();
        services.AddHealthChecks().AddCheck<HostDrain>("host").AddCheck<BreakerReadiness>("breakers");
        services.AddOptions<OperationsOptions>().BindConfiguration(OperationsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ListeningAddresses>();
        services.AddSingleton<OperationsListener>();
        services.AddSingleton<IStartupFilter>(provider => provider.GetRequiredService<OperationsListener>());
        services.AddHostedService(provider => provider.GetRequiredService<OperationsListener>());
        services.TryAddSingleton<IOperators, LocalOperators>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<LiveFeed>();
        services.AddHostedService(provider => new HostReporter(
            provider.GetRequiredService<IGrainFactory>(), provider.GetServices<HostPart>(), Engine.Version, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<HostReporter>>()));
        return services;
    }

    public static IEndpointRouteBuilder MapCollabOperations(this IEndpointRouteBuilder endpoints)
    {
        Engine.Publish(endpoints.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger("Collab"));
        var operators = endpoints.MapGroup("");
        ((IEndpointConventionBuilder)operators).Add(OperatorsOnly.Apply);
        operators.MapMetrics();
        // The process runs and answers: nothing else is asked, so that a broken log does not get the host restarted.
        endpoints.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync });
        endpoints.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = WriteAsync });
        operators.MapGet("/operations/load", LoadEndpoint.ReadAsync).ExcludeFromDescription();
        operators.MapGet("/operations/live", LiveEndpoint.ReadAsync).ExcludeFromDescription();
        WebhookOperations.Map(operators.MapGroup("/operations/webhooks"));
        return endpoints;
    }

    private static async Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.Headers.CacheControl = "no-store";
        string status = report.Status.ToString().ToLowerInvariant();
        if (!await context.IsOperatorAsync())
        {
            await context.Response.WriteAsJsonAsync(new HealthStatus(status));
            return;
        }

        var checks = report.Entries.ToDictionary(entry => entry.Key, entry => entry.Value.Description ?? entry.Value.Status.ToString());
        await context.Response.WriteAsJsonAsync(new HealthDetail(status, Engine.Name, Engine.Version, checks));
    }

    /// <summary>What anybody is told.</summary>
    private sealed record HealthStatus(string Status);

    /// <summary>What operators are told.</summary>
    /// <param name="Engine">What the build runs on, see <see cref="Silo.Engine"/>.</param>
    private sealed record HealthDetail(string Status, string Engine, string Version, IReadOnlyDictionary<string, string> Checks);
}
