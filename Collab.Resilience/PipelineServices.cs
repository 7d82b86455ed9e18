using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Collab.Resilience;

/// <summary>Registers pipelines. Whoever owns the calls registers theirs, since it knows which failures mean that the other side is away.</summary>
public static class PipelineServices
{
    /// <summary>Adds the pipeline as a keyed singleton (the key is <paramref name="name"/>), with its options from section <c>Collab:Resilience:&lt;name&gt;</c>.</summary>
    /// <inheritdoc cref="Pipeline(PipelineName, PipelineOptions, Func{Exception, bool}, TimeProvider, ILogger{Pipeline})"/>
    public static IServiceCollection AddPipeline(this IServiceCollection services, PipelineName name, Func<Exception, bool> isTrouble)
    {
        string word = name.Word();
        services.AddOptions<PipelineOptions>(word)
            .Configure(options => options.SetDefaults(name))
            .BindConfiguration($"{PipelineOptions.Section}:{word}")
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PipelineOptions>, PipelineOptionsRanges>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddKeyedSingleton(name, (provider, _) => new Pipeline(
            name,
            provider.GetRequiredService<IOptionsMonitor<PipelineOptions>>().Get(word),
            isTrouble,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<Pipeline>>()));
        return services;
    }

    /// <summary>
    /// Adds the pipeline <c>webhook</c>. Deliveries are at least once, so they are repeated: after a connection that failed, 408, 429 and 5xx, which
    /// <c>EnsureSuccessStatusCode</c> throws. Any other status is the receiver's answer.
    /// </summary>
    /// <remarks>Its one breaker is for all receivers together; whoever sends webhooks will want to keep a receiver that is away from the others.</remarks>
    public static IServiceCollection AddWebhookPipeline(this IServiceCollection services) => services.AddPipeline(
        PipelineName.Webhook,
        static failure => failure is HttpRequestException { StatusCode: null or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError });
}
