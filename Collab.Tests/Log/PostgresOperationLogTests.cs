using Collab.Grains.Log;
using Collab.Grains.Log.Postgres;
using Collab.Tests.Postgres;
using Microsoft.Extensions.Logging.Abstractions;

namespace Collab.Tests.Log;

/// <summary>Each test has a database of its own in the server that all share.</summary>
public sealed class PostgresOperationLogTests : OperationLogTests, IAsyncLifetime
{
    private PostgresServer _server = null!;
    private string _database = "";
    private PostgresOperationLog? _log;

    protected override IOperationLog Log => _log ??= Open();

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.Shared;
        _database = await _server.CreateDatabaseAsync();
    }

    public async Task DisposeAsync()
    {
        _log?.Dispose();
        await _server.DropDatabaseAsync(_database);
    }

    private LogOptions Options() => new() { Provider = LogProvider.PostgreSql, ConnectionString = _server.ConnectionString(_database) };

    private PostgresOperationLog Open() => PostgresOperationLog.Open(Options(), NullLogger<PostgresOperationLog>.Instance);
}
