using Collab.Observability.Runtime;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Collab.Silo.Instruments;

/// <summary>Registers what measures a host from outside of its code.</summary>
internal static class InstrumentServices
{
    /// <summary>Adds the measurement of HTTP requests, and what watches the process. Before all other services of Collab: what starts first measures all that follows.</summary>
    public static void AddInstruments(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        // Startup filters wrap each other in their order, the first one outermost.
        services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, RequestMeasurement>());
        services.AddHostedService<ExceptionWatch>();
        // At once, not with the host: meters count from when somebody listens.
        EngineMeters.Start();
        services.AddHostedService<RuntimeSampler>();
    }
}
