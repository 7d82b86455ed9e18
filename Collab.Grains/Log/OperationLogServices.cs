using Collab.Grains.Log.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Collab.Grains.Log;

/// <summary>Registers the operation log and its writer.</summary>
public static class OperationLogServices
{
    /// <summary>Adds <see cref="IOperationLog"/> as <see cref="LogOptions"/> choose it (section <c>Collab:Log</c>), and <see cref="ILogWriter"/>, one of each in the process.</summary>
    public static IServiceCollection AddOperationLog(this IServiceCollection services)
    {
        services.AddOptions<LogOptions>().BindConfiguration(LogOptions.Section).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LogOptions>, LogOptionsRanges>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(Open);
        services.TryAddSingleton<LogWriter>();
        services.TryAddSingleton<ILogWriter>(provider => provider.GetRequiredService<LogWriter>());
        services.AddHostedService<LogLifecycle>();
        return services;
    }

    private static IOperationLog Open(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<LogOptions>>().Value;
        return new MeasuredOperationLog(options.Provider switch
        {
            LogProvider.Memory => new MemoryOperationLog(),
            _ => SqliteOperationLog.Open(options, provider.GetRequiredService<ILogger<SqliteOperationLog>>()),
        });
    }
}
