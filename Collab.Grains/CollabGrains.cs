using Collab.Contracts.Load;
using Collab.Grains.Access;
using Collab.Grains.Activity;
using Collab.Grains.Documents;
using Collab.Grains.Fanout;
using Collab.Grains.Load;
using Collab.Grains.Log;
using Collab.Grains.Presence;
using Collab.Grains.Sessions;
using Collab.Grains.Users;
using Collab.Grains.Webhooks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Collab.Grains;

/// <summary>Registers what the grains need in a silo.</summary>
public static class CollabGrains
{
    /// <summary>Adds Collab's grains, their options (bound to configuration and checked at start-up), the operation log and the way of activity.</summary>
    public static ISiloBuilder AddCollabGrains(this ISiloBuilder silo)
    {
        silo.Services.AddOperationLog();
        silo.AddActivity();
        silo.Services.AddWebhooks();
        silo.Services.AddDataProtection();
        silo.Services.TryAddSingleton(TimeProvider.System);
        silo.Services.AddSingleton<DocumentLoader>();
        silo.Services.AddSingleton<PastReads>();
        silo.Services.AddSingleton<ActiveDocuments>();
        silo.Services.AddHostedService(provider => provider.GetRequiredService<ActiveDocuments>());
        silo.Services.AddSingleton(new HostPart("silo"));
        silo.Services.AddSingleton<LoadReporter>();
        silo.Services.AddHostedService(provider => provider.GetRequiredService<LoadReporter>());
        // The system's time also where a test has another one for all the rest: it is of milliseconds, and nobody would move the hands.
        silo.Services.AddSingleton(new CompanyClock(TimeProvider.System));
        silo.Services.AddSingleton<SharedSnapshots>();
        silo.Services.AddHostedService(provider => provider.GetRequiredService<SharedSnapshots>());
        silo.Services.AddSingleton<ListeningHosts>();
        silo.Services.AddHostedService(provider => provider.GetRequiredService<ListeningHosts>());
        silo.Services.AddSingleton<ResumeTokens>();
        silo.Services.AddOptions<GrantOptions>().BindConfiguration(GrantOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        silo.Services.AddOptions<DocumentOptions>()
            .BindConfiguration(DocumentOptions.Section)
            .ValidateDataAnnotations()
            .Validate(
                options => options.WindowBytesLimit >= 4 * options.UncommittedBytesLimit,
                "Collab:Documents:WindowBytesLimit must be at least four times UncommittedBytesLimit: what is not durable yet has to be in the window.")
            .ValidateOnStart();
        silo.Services.AddOptions<GrainCollectionOptions>().Configure<IOptions<DocumentOptions>>(static (collection, documents) => CollectIdle(collection, documents.Value.IdleLimit));
        silo.Services.AddOptions<SessionOptions>().BindConfiguration(SessionOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        silo.Services.AddOptions<UserOptions>().BindConfiguration(UserOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        return silo;
    }

    // Sessions are not among them: they end when they are over, and the timer that asks after their connection keeps them until then. A host's own grains are not concerned.
    private static void CollectIdle(GrainCollectionOptions collection, TimeSpan idle)
    {
        foreach (var type in (Type[])[typeof(DocumentGrain), typeof(PresenceGrain), typeof(AccessGrain)])
            collection.ClassSpecificCollectionAge[type.FullName!] = idle;
        // Orleans wants it shorter than every age.
        if (collection.CollectionQuantum > idle / 2)
            collection.CollectionQuantum = idle / 2;
    }
}
