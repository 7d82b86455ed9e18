using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Collab.Resilience;

/// <summary>Registers pipelines. Whoever owns the calls registers theirs, since it knows which failures mean that the other side is away.</summary>
public static class PipelineServices
{
    /// <summary>Adds the pipeline as a keyed singleton (the key is <paramref name="name"/>), with its options from section <c>Collab:Resilience:&lt;name&gt;</c>.</summary>
    /// <inheritdoc cref="Pipeline(PipelineName, PipelineOptions, Func{Exception, bool}, TimeProvider, ILogger{Pipeline}, string)"/>
    public static IServiceCollection AddPipeline(this IServiceCollection services, PipelineName name, Func<Exception, bool> isTrouble)
    {
        services.AddPipelineOptions(name);
        services.TryAddKeyedSingleton(name, (provider, _) => provider.CreatePipeline(name, isTrouble));
        return services;
    }

    /// <summary>Adds the options alone, for whoever makes several pipelines of one name with <see cref="CreatePipeline"/>.</summary>
    public static IServiceCollection AddPipelineOptions(this IServiceCollection services, PipelineName name)
    {
        string word = name.Word();
        services.AddOptions<PipelineOptions>(word)
            .Configure(options => options.SetDefaults(name))
            .BindConfiguration($"{PipelineOptions.Section}:{word}")
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PipelineOptions>, PipelineOptionsRanges>());
        services.TryAddSingleton(TimeProvider.System);
        return services;
    }

    /// <summary>A pipeline with the options of its name. Whoever calls disposes it.</summary>
    /// <inheritdoc cref="Pipeline(PipelineName, PipelineOptions, Func{Exception, bool}, TimeProvider, ILogger{Pipeline}, string)"/>
    public static Pipeline CreatePipeline(this IServiceProvider provider, PipelineName name, Func<Exception, bool> isTrouble, string? of = null) => new(
        name,
        provider.GetRequiredService<IOptionsMonitor<PipelineOptions>>().Get(name.Word()),
        isTrouble,
        provider.GetRequiredService<TimeProvider>(),
        provider.GetRequiredService<ILogger<Pipeline>>(),
        of);
}
