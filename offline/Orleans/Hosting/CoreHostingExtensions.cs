using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;
using Orleans.Diagnostics;

namespace Orleans.Hosting;

/// <summary>How a silo finds the others: here there are none. And whether calls are part of traces.</summary>
public static class CoreHostingExtensions
{
    /// <summary>Makes spans of calls, where somebody listens, and lets traces travel with them.</summary>
    public static ISiloBuilder AddActivityPropagation(this ISiloBuilder builder)
    {
        builder.Services.TryAddSingleton(DistributedContextPropagator.Current);
        return builder.AddOutgoingGrainCallFilter<ActivityPropagationOutgoingGrainCallFilter>().AddIncomingGrainCallFilter<ActivityPropagationIncomingGrainCallFilter>();
    }

    /// <summary>A cluster of this one silo. The stand-in opens no port and listens to nobody: ports and endpoint are without effect.</summary>
    public static ISiloBuilder UseLocalhostClustering(
        this ISiloBuilder builder,
        int siloPort = 11111,
        int gatewayPort = 30000,
        IPEndPoint? primarySiloEndpoint = null,
        string serviceId = ClusterOptions.DefaultServiceId,
        string clusterId = ClusterOptions.DefaultClusterId) =>
        builder.Configure<ClusterOptions>(options =>
        {
            options.ServiceId = serviceId;
            options.ClusterId = clusterId;
        });
}
