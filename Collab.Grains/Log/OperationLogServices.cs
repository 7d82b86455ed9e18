using Collab.Grains.Access;
using Collab.Grains.Activity;
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
    /// <summary>Adds <see cref="IOperationLog"/>, <see cref="IActivityLog"/> and <see cref="IAccessStore"/> as <see cref="LogOptions"/> choose them (section <c>Collab:Log</c>), and <see cref="ILogWriter"/>, one of each in the process.</summary>
    public static IServiceCollection AddOperationLog(this IServiceCollection services)
    {
        services.AddOptions<LogOptions>().BindConfiguration(LogOptions.Section).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LogOptions>, LogOptionsRanges>());
        services.TryAddSingleton(TimeProvider.System);
        services.AddPipeline(PipelineName.LogAppend, ResilientOperationLog.IsTrouble);
        services.AddPipeline(PipelineName.LogRead, ResilientOperationLog.IsTrouble);
        services.TryAddSingleton(Open);
        services.TryAddSingleton(Guard);
        services.TryAddSingleton<IActivityLog>(provider => new MeasuredActivityLog(provider.GetRequiredService<LogStore>().Activity));
        services.TryAddSingleton<IAccessStore>(provider => new MeasuredAccessStore(provider.GetRequiredService<LogStore>().Access));
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

    private static LogStore Open(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<LogOptions>>().Value;
        switch (options.Provider)
        {
            case LogProvider.Memory:
                return new LogStore(new MemoryOperationLog(), new MemoryActivityLog(), new MemoryAccessStore());
            case LogProvider.PostgreSql:
                var postgres = PostgresOperationLog.Open(options, provider.GetRequiredService<ILogger<PostgresOperationLog>>());
                return new LogStore(postgres, postgres.Activity, postgres.Access);
            default:
                var sqlite = SqliteOperationLog.Open(options, provider.GetRequiredService<ILogger<SqliteOperationLog>>(), new CommitSettings { GoesOn = true });
                return new LogStore(sqlite, sqlite.Activity, sqlite.Access);
        }
    }

    // Measured inside: each attempt is a call of the store.
    private static IOperationLog Guard(IServiceProvider provider) => new ResilientOperationLog(
        new MeasuredOperationLog(provider.GetRequiredService<LogStore>().Operations),
        provider.GetRequiredKeyedService<Pipeline>(PipelineName.LogAppend),
        provider.GetRequiredKeyedService<Pipeline>(PipelineName.LogRead));
}
