using Collab.Grains.Log;
using Collab.Grains.Log.Postgres;
using Collab.Grains.Log.Sqlite;
using Collab.Tests.Postgres;
using Microsoft.Extensions.Logging.Abstractions;

namespace Collab.Benchmarks.Log;

/// <summary>An empty log of one store: SQLite in a folder of its own, a PostgreSQL server of its own. All of it goes when it is disposed.</summary>
internal sealed class BenchmarkedLog : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("collab-bench-").FullName;
    private PostgresServer? _server;

    private BenchmarkedLog()
    {
    }

    public IOperationLog Log { get; private set; } = null!;

    public static async Task<BenchmarkedLog> OpenAsync(string store)
    {
        var made = new BenchmarkedLog();
        switch (store)
        {
            case "memory":
                made.Log = new MemoryOperationLog();
                break;
            case "sqlite":
                made.Log = SqliteOperationLog.Open(new LogOptions { Path = Path.Combine(made._folder, "collab.db") }, NullLogger<SqliteOperationLog>.Instance);
                break;
            default:
                made._server = await PostgresServer.StartNewAsync(settings: ["max_wal_size = 4GB"]);
                made.Log = PostgresOperationLog.Open(
                    new LogOptions { ConnectionString = made._server.ConnectionString(await made._server.CreateDatabaseAsync()) }, NullLogger<PostgresOperationLog>.Instance);
                break;
        }

        return made;
    }

    /// <summary>Bytes that PostgreSQL has written ahead so far; null for the others.</summary>
    public async Task<long?> WrittenAheadAsync() =>
        _server is null ? null : (long)(await _server.ExecuteAsync("SELECT (pg_current_wal_lsn() - '0/0')::bigint"))!;

    public async ValueTask DisposeAsync()
    {
        (Log as IDisposable)?.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
