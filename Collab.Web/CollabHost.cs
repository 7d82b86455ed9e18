using Collab.Contracts.Load;
using Collab.Resilience;
using Collab.Silo;
using Collab.Silo.Instruments;
using Collab.Web.Api;
using Collab.Web.Cluster;
using Collab.Web.Connections;
using Collab.Web.Delivery;
using Collab.Web.Limits;
using Collab.Web.Memory;
using Collab.Web.Messages;
using Collab.Web.Security;
using Collab.Web.Sockets;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Collab.Web;

/// <summary>Puts Collab into an ASP.NET Core application: <c>builder.AddCollab()</c> and <c>app.MapCollab()</c>.</summary>
public static class CollabHost
{
    /// <summary>Adds all of Collab: the connections of clients, the API, and a silo in this process.</summary>
    /// <param name="configure">Has the last word, after section <c>Collab</c> of the configuration.</param>
    public static TBuilder AddCollab<TBuilder>(this TBuilder builder, Action<CollabOptions>? configure = null)
        where TBuilder : IHostApplicationBuilder
    {
        builder.AddCollabCluster();
        return builder.AddCollabFrontEnd(configure);
    }

    /// <summary>Adds everything of a host that serves clients and asks for no more than an <see cref="IGrainFactory"/>, wherever that comes from.</summary>
    internal static TBuilder AddCollabFrontEnd<TBuilder>(this TBuilder builder, Action<CollabOptions>? configure = null)
        where TBuilder : IHostApplicationBuilder
    {
        var services = builder.Services;
        services.AddOptions<CollabOptions>().BindConfiguration(CollabOptions.Section).Configure(configure ?? (_ => { })).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CollabOptions>, CollabOptionsRanges>());
        services.TryAddSingleton(TimeProvider.System);
        services.AddPipeline(PipelineName.ClusterCall, ClusterCalls.IsTrouble);
        services.AddSingleton<ClusterCalls>();
        services.AddSingleton<DocumentFeeds>();
        services.AddHostedService<FeedRenewal>();
        services.AddCollabAccess();
        services.AddCollabPermissions();
        services.AddServerOptions();
        services.AddSingleton<ConnectionGate>();
        services.AddSingleton<RestLimits>();
        services.AddSingleton<SnapshotTurns>();
        AddHub(services, MetricsOptions.AreOn(builder.Configuration));
        services.AddSingleton<LocalConnections>();
        services.AddSingleton<StayKeeping>();
        services.AddHostedService(provider => provider.GetRequiredService<StayKeeping>());
        services.AddHostedService<StrandedHost>();
        services.AddHostedService<QuietCollection>();
        services.AddSingleton<SocketServer>();
        services.AddHostedService(provider => provider.GetRequiredService<SocketServer>());
        services.AddHostedService<ConnectionDrain>();
        services.AddOpenApi(description => description.AddDocumentTransformer<CredentialsInDescription>());
        services.AddSingleton(new HostPart("web"));
        services.AddCollabOperations();
        return builder;
    }

    /// <summary>Maps <c>/collab</c> (clients), <c>/api</c> with <c>/openapi/v1.json</c>, <c>/metrics</c>, <c>/health</c>, <c>/operations</c> and their page, <c>/ops</c>.</summary>
    public static TEndpoints MapCollab<TEndpoints>(this TEndpoints endpoints)
        where TEndpoints : IEndpointRouteBuilder
    {
        var options = endpoints.ServiceProvider.GetRequiredService<IOptions<CollabOptions>>().Value;
        ConnectionMetrics.Limit.Set(options.Limits.Connections);
        endpoints.MapHub<CollabHub>("/collab", connection =>
        {
            connection.Transports = HttpTransportType.WebSockets;
            connection.TransportSendTimeout = options.Delivery.SendTimeout;
        }).Add(endpoint =>
        {
            SocketServer.Apply(endpoint);
            // The last one stands outermost: by the time that a connection is counted it is known whose it is, if it can be.
            ConnectionGate.Apply(endpoint);
            RequestAccess.ApplyToHandshake(endpoint);
        });
        var api = endpoints.MapGroup("/api").AddEndpointFilter<RouteGroupBuilder, RefusingFilter>().AddEndpointFilter(RestLimits.Apply);
        ((IEndpointConventionBuilder)api).Add(RequestAccess.ApplyToApi);
        DocumentsApi.Map(api.MapGroup("/documents").WithTags("Documents").AddEndpointFilter<RouteGroupBuilder, EndpointAccess>());
        TokensApi.Map(api.MapGroup("/tokens").WithTags("Tokens"));
        ActivityApi.Map(api.MapGroup("/activity").WithTags("Activity"));
        endpoints.MapOpenApi();
        endpoints.MapCollabOperations();
        OperatorsPage.Map(endpoints);
        return endpoints;
    }

    private static void AddHub(IServiceCollection services, bool isMeasured)
    {
        // Without this call SignalR ignores the hub's own options and takes its global ones.
        services.AddSignalR().AddHubOptions<CollabHub>(hub =>
        {
            if (isMeasured)
                hub.AddFilter(new HubMetrics());
        });
        services.AddOptions<HubOptions<CollabHub>>().Configure<IOptions<CollabOptions>>((hub, collab) =>
        {
            // The message's own limit answers with a refusal; this one closes the connection of a client that ignores it.
            hub.MaximumReceiveMessageSize = 2L * collab.Value.Limits.MessageBytes;
            hub.SupportedProtocols = ["json"];
            hub.KeepAliveInterval = collab.Value.Connections.KeepAliveInterval;
            hub.ClientTimeoutInterval = collab.Value.Connections.ClientTimeout;
        });
        services.AddSingleton(provider => new CollabHubProtocol(provider.GetRequiredService<IOptions<CollabOptions>>().Value.Limits));
        services.AddSingleton<HubLifetimeManager<CollabHub>, CollabLifetimeManager>();
        // This hub alone gets its own reading of the protocol; others in the same application keep SignalR's.
        services.AddSingleton(provider => (HubConnectionHandler<CollabHub>)ActivatorUtilities.CreateInstance<PacedConnections>(
            provider, ActivatorUtilities.CreateInstance<CollabHubProtocolResolver>(provider)));
    }
}
