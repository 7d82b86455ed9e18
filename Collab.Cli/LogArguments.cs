using System.CommandLine;
using Collab.Grains.Log;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Collab.Cli;

/// <summary>Which log a command is about: the server's own settings (<c>appsettings.json</c>, <c>Collab__Log__…</c> in the environment), and options over them.</summary>
internal sealed class LogArguments
{
    private readonly Option<string?> _provider = new("--provider") { Description = "The store: sqlite or postgresql. Default: Collab:Log:Provider, else sqlite." };
    private readonly Option<string?> _path = new("--path") { Description = "SQLite's file. Default: Collab:Log:Path, else data/collab.db." };

    private readonly Option<string?> _connectionString = new("--connection-string")
    {
        Description = "PostgreSQL's connection string. Better given in the environment (Collab__Log__ConnectionString), where other users don't see it.",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_provider);
        command.Options.Add(_path);
        command.Options.Add(_connectionString);
    }

    /// <summary>A container with the log, its options bound and checked; whoever asks for the log opens it.</summary>
    public ServiceProvider Services(ParseResult arguments)
    {
        var over = new Dictionary<string, string?>
        {
            ["Provider"] = arguments.GetValue(_provider),
            ["Path"] = arguments.GetValue(_path),
            ["ConnectionString"] = arguments.GetValue(_connectionString),
        };
        IConfiguration configuration = new ConfigurationBuilder()
            .SetBasePath(Directory.GetCurrentDirectory())
            .AddJsonFile("appsettings.json", optional: true)
            .AddEnvironmentVariables()
            .AddInMemoryCollection(over.Where(setting => setting.Value is not null).Select(setting => KeyValuePair.Create($"{LogOptions.Section}:{setting.Key}", setting.Value)))
            .Build();
        return new ServiceCollection().AddSingleton(configuration).AddLogging().AddOperationLog().BuildServiceProvider();
    }

    /// <summary>The log for reading, beside its owner.</summary>
    public ILogReader OpenForReading(ParseResult arguments)
    {
        using var services = Services(arguments);
        return OperationLogServices.OpenForReading(services.GetRequiredService<IOptions<LogOptions>>().Value);
    }
}
