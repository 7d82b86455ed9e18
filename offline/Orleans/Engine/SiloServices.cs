using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Orleans.Engine;

/// <summary>What a silo registers in its host's container.</summary>
internal sealed class SiloServices : ISiloBuilder
{
    private SiloServices(IServiceCollection services, IConfiguration configuration)
    {
        Services = services;
        Configuration = configuration;
    }

    public IServiceCollection Services { get; }

    public IConfiguration Configuration { get; }

    /// <summary>The builder; a second call of the same host goes on with the silo of the first.</summary>
    public static ISiloBuilder Add(IServiceCollection services, IConfiguration configuration)
    {
        if (services.FirstOrDefault(each => each.ServiceType == typeof(SiloServices))?.ImplementationInstance is SiloServices existing)
            return existing;
        var builder = new SiloServices(services, configuration);
        services.AddSingleton(builder);
        services.AddLogging();
        services.AddOptions();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddKeyedSingleton<TimeProvider>(KeyedService.AnyKey, static (provider, _) => provider.GetRequiredService<TimeProvider>());
        services.AddSingleton<SiloLog>();
        services.AddSingleton<SiloRuntime>();
        services.AddSingleton<ISiloStatusOracle, SiloStatusOracle>();
        services.AddSingleton<IClusterClient>(static provider => provider.GetRequiredService<SiloRuntime>().References);
        services.AddSingleton<IGrainFactory>(static provider => provider.GetRequiredService<IClusterClient>());
        services.AddSingleton<IGrainContextAccessor, TurnContext>();
        services.AddTransient(static _ => TurnContext.Current ?? throw new InvalidOperationException("There is no grain context outside of a grain's turn."));
        services.AddHostedService<SiloService>();
        return builder;
    }

    private sealed class SiloStatusOracle(SiloRuntime runtime) : ISiloStatusOracle
    {
        public SiloStatus CurrentStatus => runtime.Status;
    }

    private sealed class SiloService(SiloRuntime runtime) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            runtime.Start();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => runtime.Stop(cancellationToken);
    }
}
