using Collab.Contracts;
using Collab.Grains.Log;
using Collab.Grains.Log.Postgres;
using Collab.Grains.Log.Sqlite;
using Collab.Tests.EndToEnd;
using Collab.Tests.Log;
using Collab.Tests.Postgres;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace Collab.Tests.Crash;

/// <summary>The server is killed while it makes its tables, or brings those of an older version up to date.</summary>
public sealed class MigrationCrashTests(ITestOutputHelper output)
{
    private const int Kills = 12;
    private const int PostgresKills = 6;
    private const int Operations = 500;

    // By others than who asks.
    private const string Connected = "SELECT count(*) FROM pg_stat_activity WHERE datname = '$database' AND pid <> pg_backend_pid() AND backend_type = 'client backend'";

    [Theory]
    [InlineData(true, 20260302)]
    [InlineData(false, 20260303)]
    public async Task Killed_while_it_makes_or_migrates_its_tables_the_next_start_finishes_them_and_has_everything(bool isOld, int seed)
    {
        var random = new Random(seed);
        await using var server = new ServerProcess();
        var found = new List<long>();
        for (int kill = 0; kill < Kills; kill++)
        {
            foreach (string file in Directory.GetFiles(server.Folder, "collab.db*"))
                File.Delete(file);
            if (isOld)
                SqliteVersions.WriteFirst(server.Database, Operations);
            using (var begins = new Creation(server.Database + "-wal"))
            {
                server.Launch();
                await begins.Seen.WaitAsync(TimeSpan.FromSeconds(60));
            }

            await Task.Delay(random.Next(0, 12));
            await server.KillAsync();
            found.Add(await CheckAsync(server.Database, isOld, $"seed {seed}, kill {kill}"));
        }

        output.WriteLine($"Schema versions found after the kills: {string.Join(", ", found)}.");
        await server.StartAgainAsync();
        using var api = new Api(server.Url);
        var listed = Assert.Single((await api.GetAsync("api/documents")).GetProperty("documents").EnumerateArray());
        Assert.Equal(isOld ? Operations + 1 : 1, listed.GetProperty("revision").GetInt64());
    }

    [Theory]
    [InlineData(20260306)]
    public async Task Killed_while_it_makes_its_tables_in_postgresql_all_of_them_are_there_or_none(int seed)
    {
        var random = new Random(seed);
        var postgres = await PostgresServer.Shared;
        await using var server = new ServerProcess("Collab:Log:Provider=postgresql");
        int made = 0;
        for (int kill = 0; kill < PostgresKills; kill++)
        {
            string database = await postgres.CreateDatabaseAsync();
            string connection = postgres.ConnectionString(database);
            server.Launch($"Collab:Log:ConnectionString={connection}");
            await Eventually.IsTrue(async () => await CountAsync(Connected) > 0, "the server connects to its database");
            await Task.Delay(random.Next(0, 400));
            await server.KillAsync();

            // What it was about to do ends with its connection.
            await Eventually.IsTrue(async () => await CountAsync(Connected) == 0, "the killed server's connections end");
            long tables = await CountAsync("SELECT count(*) FROM pg_tables WHERE tablename IN ('schema_versions', 'documents', 'operations', 'sessions', 'snapshots')");
            Assert.True(tables is 0 or 5, $"The kill left {tables} of 5 tables (seed {seed}, kill {kill}).");
            made += tables == 5 ? 1 : 0;
            using (var log = PostgresOperationLog.Open(new LogOptions { Provider = LogProvider.PostgreSql, ConnectionString = connection }, NullLogger<PostgresOperationLog>.Instance))
            {
                await log.OpenNewAsync(new DocumentId("new"));
                Assert.Equal([AppendOutcome.Durable], await log.AppendAsync(new LogAppend(new DocumentId("new"), 1, [Samples.Record(1)], Samples.Time)));
            }

            await postgres.DropDatabaseAsync(database);

            async Task<long> CountAsync(string sql) => (long)(await postgres.ExecuteAsync(sql.Replace("$database", database, StringComparison.Ordinal), database))!;
        }

        output.WriteLine($"After {made} of {PostgresKills} kills the tables were there.");
    }

    /// <summary>What the file is now by itself, and that the program can go on from there.</summary>
    /// <returns>The schema version that the kill left.</returns>
    private static async Task<long> CheckAsync(string path, bool isOld, string when)
    {
        long version;
        using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            Assert.True((string)Scalar(connection, "PRAGMA integrity_check")! == "ok", $"The file is damaged ({when}).");
            version = (long)Scalar(connection, "PRAGMA user_version")!;
        }

        using var log = SqliteOperationLog.Open(new LogOptions { Path = path }, NullLogger<SqliteOperationLog>.Instance);
        var document = new DocumentId("old");
        if (isOld)
        {
            var description = await log.OpenAsync(document, default);
            Assert.True(description?.Revision.Value == Operations, $"The log has {description?.Revision.Value ?? 0} of {Operations} operations ({when}).");
            Samples.AssertSame(Enumerable.Range(1, Operations).Select(revision => Samples.Record(revision)), await log.ReadAllAsync(document));
        }
        else
        {
            await log.OpenNewAsync(document);
        }

        var next = Samples.Record(isOld ? Operations + 1 : 1);
        var outcomes = await log.AppendAsync(new LogAppend(document, isOld ? 2 : 1, [next], Samples.Time));
        Assert.Equal([AppendOutcome.Durable], outcomes);
        return version;
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    /// <summary>Tells of a file as soon as it is there: SQLite makes its write-ahead log just before it works on the tables, and is through in some milliseconds.</summary>
    private sealed class Creation : IDisposable
    {
        private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly FileSystemWatcher _watcher;

        public Creation(string path)
        {
            _watcher = new FileSystemWatcher(Path.GetDirectoryName(path)!, Path.GetFileName(path));
            _watcher.Created += (_, _) => _seen.TrySetResult();
            _watcher.EnableRaisingEvents = true;
        }

        public Task Seen => _seen.Task;

        public void Dispose() => _watcher.Dispose();
    }
}
