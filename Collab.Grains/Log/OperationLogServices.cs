using Collab.Grains.Log.Postgres;
using Collab.Grains.Log.Sqlite;
using Collab.Resilience;
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
        services.AddPipeline(PipelineName.LogAppend, ResilientOperationLog.IsTrouble);
        services.AddPipeline(PipelineName.LogRead, ResilientOperationLog.IsTrouble);
        services.TryAddSingleton(Open);
        services.TryAddSingleton<LogWriter>();
        services.TryAddSingleton<ILogWriter>(provider => provider.GetRequiredService<LogWriter>());
        services.AddHostedService<LogLifecycle>();
        return services;
    }

    /// <summary>Opens the log that the options choose for reading, beside its owner. Whoever calls disposes it.</summary>
    /// <exception cref="LogUnavailableException">It can't be opened.</exception>
    /// <exception cref="InvalidOperationException">The options choose the memory of a process.</exception>
    public static ILogReader OpenForReading(LogOptions options) => options.Provider switch
    {
        LogProvider.Sqlite => SqliteLogReader.Visit(options),
        LogProvider.PostgreSql => PostgresLogReader.Visit(options),
        _ => throw new InvalidOperationException($"{LogOptions.Section}:Provider is {options.Provider}: that log is in the memory of its process, and can't be read from outside."),
    };

    private static IOperationLog Open(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<LogOptions>>().Value;
        // Measured inside: each attempt is a call of the store.
        var log = new MeasuredOperationLog(options.Provider switch
        {
            LogProvider.Memory => new MemoryOperationLog(),
            LogProvider.PostgreSql => PostgresOperationLog.Open(options, provider.GetRequiredService<ILogger<PostgresOperationLog>>()),
            _ => SqliteOperationLog.Open(options, provider.GetRequiredService<ILogger<SqliteOperationLog>>()),
        });
        return new ResilientOperationLog(
            log, provider.GetRequiredKeyedService<Pipeline>(PipelineName.LogAppend), provider.GetRequiredKeyedService<Pipeline>(PipelineName.LogRead));
    }
}
