using Collab.Resilience;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Collab.Grains.Webhooks;

/// <summary>Registers the delivery of activity to configured endpoints.</summary>
internal static class WebhookServices
{
    public static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services.AddOptions<WebhooksOptions>()
            .Configure<IConfiguration>((options, configuration) => configuration.GetSection(WebhooksOptions.Section).Bind(options.Endpoints))
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WebhooksOptions>, WebhookOptionsRanges>());
        services.AddPipelineOptions(PipelineName.Webhook);
        services.AddSingleton<WebhookEndpoints>();
        services.AddSingleton<WebhookWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<WebhookWatch>());
        return services;
    }
}
