using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Engine;
using Orleans.Engine.Streams;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Hosting;

/// <summary>What is configured under a name.</summary>
public interface INamedServiceConfigurator
{
    string Name { get; }

    Action<Action<IServiceCollection>> ConfigureDelegate { get; }
}

/// <summary>A provider whose items wait in queues.</summary>
public interface IPersistentStreamConfigurator : INamedServiceConfigurator;

/// <summary>Such a provider on a silo, which also delivers.</summary>
public interface ISiloPersistentStreamConfigurator : IPersistentStreamConfigurator;

/// <summary>A provider whose queues are in memory.</summary>
public interface IMemoryStreamConfigurator : INamedServiceConfigurator;

/// <summary>Such a provider on a silo.</summary>
public interface ISiloMemoryStreamConfigurator : IMemoryStreamConfigurator, ISiloPersistentStreamConfigurator;

/// <summary>Settings of stream providers.</summary>
public static class PersistentStreamConfiguratorExtensions
{
    /// <summary>The stand-in has implicit subscriptions only; anything else stops the start.</summary>
    public static void ConfigureStreamPubSub(this IPersistentStreamConfigurator configurator, StreamPubSubType pubsubType = StreamPubSubType.ExplicitGrainBasedAndImplicit)
    {
        if (pubsubType != StreamPubSubType.ImplicitOnly)
            throw new OrleansConfigurationException($"Stream provider {configurator.Name} is to have {pubsubType}; the stand-in of offline/ has {StreamPubSubType.ImplicitOnly}.");
    }
}

/// <summary>Settings of delivery.</summary>
public static class SiloPersistentStreamConfiguratorExtensions
{
    public static void ConfigurePullingAgent(this ISiloPersistentStreamConfigurator configurator, Action<OptionsBuilder<StreamPullingAgentOptions>>? configureOptions = null) =>
        configurator.ConfigureDelegate(services => configureOptions?.Invoke(services.AddOptions<StreamPullingAgentOptions>(configurator.Name)));
}

/// <summary>Streams in the silo's memory.</summary>
public static class SiloBuilderMemoryStreamExtensions
{
    public static ISiloBuilder AddMemoryStreams(this ISiloBuilder builder, string name, Action<ISiloMemoryStreamConfigurator>? configure = null)
    {
        configure?.Invoke(new Configurator(builder, name));
        builder.Services.AddKeyedSingleton<IStreamProvider>(name, static (services, name) => new MemoryStreamProvider(
            (string)name!, services.GetRequiredService<SiloRuntime>(), services.GetRequiredService<IOptionsMonitor<StreamPullingAgentOptions>>().Get((string)name)));
        return builder;
    }

    private sealed record Configurator(ISiloBuilder Builder, string Name) : ISiloMemoryStreamConfigurator
    {
        public Action<Action<IServiceCollection>> ConfigureDelegate => configure => configure(Builder.Services);
    }
}
