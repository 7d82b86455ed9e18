using Microsoft.Extensions.Options;

namespace Collab.Silo.Tracing;

/// <summary>Adds what traces need, where they are on.</summary>
internal static class TraceServices
{
    /// <summary>Adds the options, which are checked in any case, and if a receiver is named the export to it. To be called before what makes spans is added: what starts first stops last.</summary>
    /// <returns>Whether traces are on.</returns>
    public static bool AddTraces(this IHostApplicationBuilder builder, string service)
    {
        builder.Services.AddOptions<TraceOptions>().BindConfiguration(TraceOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<TraceOptions>, TraceOptionsRules>();
        // There from the first scrape on, and 0 where nothing is traced.
        TraceMetrics.Traces.Inc(0);
        if (string.IsNullOrWhiteSpace(builder.Configuration[$"{TraceOptions.Section}:{nameof(TraceOptions.Endpoint)}"]))
            return false;
        builder.Services.AddHostedService(provider => new TraceExport(
            provider.GetRequiredService<IOptions<TraceOptions>>().Value, new TracedService(service), provider.GetRequiredService<ILogger<TraceExport>>()));
        builder.Services.AddSingleton<IStartupFilter, TracedRequests>();
        return true;
    }

    public static ISiloBuilder AddTracedCalls(this ISiloBuilder silo) =>
        silo.AddActivityPropagation().AddIncomingGrainCallFilter<TracedRefusals>().AddOutgoingGrainCallFilter<TracedRefusals>();

    public static IClientBuilder AddTracedCalls(this IClientBuilder client) => client.AddActivityPropagation().AddOutgoingGrainCallFilter<TracedRefusals>();
}
