using System.Net;
using Collab.Grains;
using Collab.Grains.Filters;
using Collab.Grains.Log;
using Collab.Silo.Clustering;
using Collab.Silo.Instruments;
using Collab.Silo.Operators;
using Collab.Silo.Readiness;
using Collab.Silo.Tracing;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Orleans.Configuration;
using ClusterOptions = Collab.Silo.Clustering.ClusterOptions;
using OrleansClusterOptions = Orleans.Configuration.ClusterOptions;

namespace Collab.Silo;

/// <summary>Composes a process' part in the cluster: the one place that knows both the engine and the grains.</summary>
public static class CollabSilo
{
    // Tokens of one host are read by the others: the same name everywhere, whatever the folder an application runs from.
    private const string ApplicationName = "Collab";

    // By this name Orleans' AdoNet providers load Npgsql, and take PostgreSQL's way of everything.
    private const string Invariant = "Npgsql";

    // By this name Orleans' streams look for the storage of explicit subscriptions.
    private const string Subscriptions = "PubSubStore";

    /// <summary>Adds this process' part in the cluster, as <see cref="ClusterOptions.Mode"/> says (default: all of it), and with it the <see cref="IGrainFactory"/>.</summary>
    /// <exception cref="OrleansConfigurationException">The configuration is wrong, or asks for what this build can't do.</exception>
    public static TBuilder AddCollabCluster<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder => Add(builder, ClusterConfiguration.Read(builder.Configuration, ClusterMode.Embedded, canBeClient: true), "collab-web");

    /// <summary>Adds a silo with Collab's grains and log: by default one that joins a cluster, for alone nobody could use it.</summary>
    /// <inheritdoc cref="AddCollabCluster"/>
    public static TBuilder AddCollabSilo<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder => Add(builder, ClusterConfiguration.Read(builder.Configuration, ClusterMode.Member, canBeClient: false), "collab-silo");

    /// <summary>Adds what makes the tables of log and cluster at start, and nothing that would use them.</summary>
    /// <inheritdoc cref="AddCollabCluster"/>
    internal static TBuilder AddCollabSchema<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        var cluster = ClusterConfiguration.Read(builder.Configuration, ClusterMode.Member, canBeClient: false);
        builder.Services.AddSingleton(cluster);
        AddKeys(builder.Services, cluster);
        builder.Services.AddOperationLog();
        return builder;
    }

    /// <param name="service">What its traces are filed under.</param>
    private static TBuilder Add<TBuilder>(TBuilder builder, ClusterOptions cluster, string service)
        where TBuilder : IHostApplicationBuilder
    {
        builder.AddLogOutput();
        bool isTraced = builder.AddTraces(service);
        builder.Services.AddSingleton(cluster);
        bool isMeasured = MetricsOptions.AreOn(builder.Configuration);
        if (isMeasured)
            builder.Services.AddInstruments();
        builder.Services.AddCollabOperations();
        // Before all else that starts with the host.
        AddKeys(builder.Services, cluster);
        if (cluster.Mode == ClusterMode.Client)
        {
            builder.UseOrleansClient(client =>
            {
                if (isTraced)
                    client.AddTracedCalls();
                if (isMeasured)
                    client.AddGrainCallMetrics();
                Configure(client, cluster);
            });
        }
        else
        {
            builder.UseOrleans(silo =>
            {
                if (isTraced)
                    silo.AddTracedCalls();
                if (isMeasured)
                    silo.AddGrainCallMetrics();
                Configure(silo, cluster).AddCollabGrains();
            });
        }

        return builder;
    }

    /// <summary>Adds the keys that tokens are protected with, where the cluster's hosts share them; and with its database the wait for it.</summary>
    internal static void AddKeys(IServiceCollection services, ClusterOptions cluster)
    {
        var protection = services.AddDataProtection().SetApplicationName(ApplicationName);
        if (!cluster.UsesDatabase)
        {
            protection.PersistKeysToFileSystem(new DirectoryInfo(cluster.KeysPath));
            return;
        }

        services.AddSingleton(new ClusterDatabase(cluster));
        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<ClusterStart>(provider, cluster));
        services.AddOptions<KeyManagementOptions>().Configure<ClusterDatabase>((keys, database) => keys.XmlRepository = new PostgresKeyRing(database));
    }

    private static ISiloBuilder Configure(ISiloBuilder silo, ClusterOptions cluster)
    {
        silo.Services.AddHealthChecks().AddCheck<SiloReadiness>("cluster").AddCheck<LogReadiness>("log");
        if (!cluster.UsesDatabase)
        {
            var primary = cluster.Mode == ClusterMode.Embedded ? cluster.SiloPort : cluster.PrimarySiloPort;
            return silo.UseLocalhostClustering(cluster.SiloPort, cluster.GatewayPort, new IPEndPoint(IPAddress.Loopback, primary), cluster.ServiceId, cluster.ClusterId)
                .Configure<ClusterMembershipOptions>(membership => DetectFailures(membership, cluster));
        }

        var database = new ClusterDatabase(cluster);
        return Listen(silo, cluster)
            .Configure<OrleansClusterOptions>(ids => (ids.ClusterId, ids.ServiceId) = (cluster.ClusterId, cluster.ServiceId))
            .Configure<ClusterMembershipOptions>(membership => DetectFailures(membership, cluster))
            .UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (Invariant, database.ConnectionString))
            .UseAdoNetReminderService(options => (options.Invariant, options.ConnectionString) = (Invariant, database.ConnectionString))
            .AddAdoNetGrainStorage(Subscriptions, options => (options.Invariant, options.ConnectionString) = (Invariant, database.ConnectionString));
    }

    private static void Configure(IClientBuilder client, ClusterOptions cluster)
    {
        client.Services.AddSingleton<ClusterConnection>();
        client.Services.AddSingleton<IClusterConnectionStatusObserver>(provider => provider.GetRequiredService<ClusterConnection>());
        client.Services.AddSingleton<IClientConnectionRetryFilter>(provider => provider.GetRequiredService<ClusterConnection>());
        client.Services.AddHealthChecks().AddCheck<ClientReadiness>("cluster");
        client.Services.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = cluster.GatewayRefreshInterval);
        client.Services.Configure<OrleansClusterOptions>(ids => (ids.ClusterId, ids.ServiceId) = (cluster.ClusterId, cluster.ServiceId));
        if (!cluster.UsesDatabase)
        {
            client.UseLocalhostClustering(cluster.GatewayPort, cluster.ServiceId, cluster.ClusterId);
            return;
        }

        var database = new ClusterDatabase(cluster);
        client.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (Invariant, database.ConnectionString));
    }

    // On all addresses, so that one that is advertised need not be the machine's own (a port that is passed on); on loopback only when that is advertised.
    private static ISiloBuilder Listen(ISiloBuilder silo, ClusterOptions cluster)
    {
        if (cluster.AdvertisedAddress is not { Length: > 0 } name)
            return silo.ConfigureEndpoints(cluster.SiloPort, cluster.GatewayPort, listenOnAnyHostAddress: true);
        var address = ClusterConfiguration.Resolve(name)!;
        return silo.ConfigureEndpoints(address, cluster.SiloPort, cluster.GatewayPort, listenOnAnyHostAddress: !IPAddress.IsLoopback(address));
    }

    private static void DetectFailures(ClusterMembershipOptions membership, ClusterOptions cluster)
    {
        membership.ProbeTimeout = cluster.ProbeTimeout;
        // Not Orleans' four times: as long as messages came over a connection within this, times the limit, nobody votes against a silo, however many probes it missed.
        membership.MaxProbeTimeout = 2 * cluster.ProbeTimeout;
        membership.NumMissedProbesLimit = cluster.MissedProbesLimit;
        membership.IAmAliveTablePublishTimeout = cluster.AliveInterval;
    }
}
