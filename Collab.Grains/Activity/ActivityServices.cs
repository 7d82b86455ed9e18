using Collab.Contracts.Activity;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Streams;

namespace Collab.Grains.Activity;

/// <summary>Registers what brings activity into the log and onto the streams.</summary>
internal static class ActivityServices
{
    // A live consumer hears of an event this much after its batch at the latest. Orleans' default of 100 ms has each of its eight queues asked ten times a second, for ever.
    private static readonly TimeSpan StreamPeriod = TimeSpan.FromMilliseconds(250);

    public static void AddActivity(this ISiloBuilder silo)
    {
        silo.AddMemoryStreams(ActivityStream.Provider, streams =>
        {
            // Explicit subscriptions need a grain storage; without them no store can keep the streams from running.
            streams.ConfigureStreamPubSub(StreamPubSubType.ImplicitOnly);
            streams.ConfigurePullingAgent(agent => agent.Configure(options => options.GetQueueMsgsTimerPeriod = StreamPeriod));
        });
        silo.Services.AddOptions<ActivityOptions>()
            .BindConfiguration(ActivityOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        silo.Services.AddSingleton<ActivityStreams>();
        silo.Services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ActivityWriter>(provider, new Lazy<IActivityLog>(provider.GetRequiredService<IActivityLog>)));
        silo.Services.AddHostedService(provider => provider.GetRequiredService<ActivityWriter>());
        silo.Services.AddHostedService<ActivityRetention>();
    }
}
