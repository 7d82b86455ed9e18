using Collab.Grains.Activity;
using Collab.Grains.Log;
using Collab.Grains.Log.Postgres;
using Collab.Tests.Postgres;
using Microsoft.Extensions.Logging.Abstractions;

namespace Collab.Tests.Log;

/// <summary>What the planner does with each statement on tables large enough to matter: it goes by the index made for it, though nothing forbids it to scan.</summary>
public sealed class PostgresPlanTests
{
    [Fact]
    public async Task Every_read_goes_by_its_index()
    {
        var server = await PostgresServer.Shared;
        var name = await server.CreateDatabaseAsync();
        var options = new LogOptions { ConnectionString = server.ConnectionString(name) };
        using (PostgresOperationLog.Open(options, NullLogger<PostgresOperationLog>.Instance))
            await FillAsync(server, name);
        using (var database = new PostgresDatabase(options))
        {
            await using var connection = await database.ConnectAsync(default);
            await connection.ExecuteAsync("SET enable_seqscan = on", default);

            await Uses(PostgresReads.DescribeSql, ["documents_id_key"], "d77");
            await Uses(PostgresReads.ListSql, ["documents_by_change"], 9_000_000_000L, 77L, 51L);
            await Uses(PostgresReads.ReadSql, ["documents_id_key", "operations_pkey"], "d77", 500L, 256L, 65536L);
            await Uses(PostgresReads.FindSql, ["documents_id_key", "operations_by_session", "sessions_pkey"], "d77", "s7", 40L);
            await Uses(PostgresReads.FindNewestSql, ["documents_id_key", "operations_by_session", "sessions_pkey"], "d77", "s7");
            await Uses(PostgresReads.SnapshotSql, ["documents_id_key", "snapshots_pkey"], "d77", 800L);
            await Uses(PostgresReads.SnapshotsSql, ["documents_id_key", "snapshots_pkey"], "d77");
            await Uses(PostgresReads.StartSessionsSql, ["documents_id_key", "sessions_pkey", "operations_pkey"], "d77", 100L);
            await Uses(PostgresAppends.LockSql, ["documents_id_key"], (object)new[] { "d77", "d78" });
            await Uses(PostgresAppends.TrimmedSql, ["documents_id_key", "sessions_pkey"], new[] { "d77", "d78" }, new[] { "s1", "s2" });
            await Uses(PostgresAppends.AdvanceSql, ["documents_pkey"], new[] { 77L, 78 }, new[] { 1001L, 1001 }, new[] { 5L, 6 });
            await Uses(PostgresActivityStatements.AfterSql, ["activity_pkey"], 5_000L, 100L);
            await Uses(PostgresActivityStatements.DocumentSql, ["activity_by_document"], "d77", long.MaxValue, 50L);
            await Uses(PostgresActivityStatements.PositionsSql, ["activity_id_key"], (object)new[] { Guid.NewGuid(), Guid.NewGuid() });
            await Uses(PostgresActivityStatements.TrimSql, ["activity_pkey"], 5L, 1_000L);
            await Uses(PostgresActivityStatements.LettersSql, ["activity_dead_letters_pkey"], "c7", 5L, 100L);
            await Uses(PostgresActivityStatements.CountLettersSql, ["activity_dead_letters_pkey"], "c7");
            await Uses(PostgresActivityStatements.TrimLettersSql, ["activity_dead_letters_pkey"], "c7", 5L, 1_000L, 100L);

            async Task Uses(string sql, string[] indexes, params object[] values)
            {
                await using var command = connection.Command($"EXPLAIN (COSTS OFF) {sql}", values);
                await using var row = await command.ExecuteReaderAsync();
                List<string> plan = [];
                while (await row.ReadAsync())
                    plan.Add(row.GetString(0));
                var text = string.Join('\n', plan);
                Assert.All(indexes, index => Assert.True(text.Contains($" {index}", StringComparison.Ordinal), $"{sql}\ndoes not use {index}:\n{text}"));
                Assert.False(text.Contains("Seq Scan", StringComparison.Ordinal), $"{sql}\nscans a table:\n{text}");
            }
        }

        await server.DropDatabaseAsync(name);
    }

    private static Task<object?> FillAsync(PostgresServer server, string database) => server.ExecuteAsync(
        """
        SET search_path = collab;
        INSERT INTO documents (id, created_at, modified_at, revision, start, epoch, policy, kind, title)
            SELECT 'd' || i, i * 1000, i * 1000, 1000, CASE WHEN i % 10 = 7 THEN 10 ELSE 0 END, 1, 0, 'text', 'A title' FROM generate_series(1, 10000) AS i;
        INSERT INTO operations (document, revision, sequence, hash, checksum, session, encoded)
            SELECT d, r, r, 0, 0, 's' || r % 10, '\x00' FROM generate_series(1, 200) AS d, generate_series(1, 1000) AS r;
        INSERT INTO sessions (document, sequence, revision, hash, session) SELECT d, 5, 5, 0, 's' || s FROM generate_series(1, 2000) AS d, generate_series(0, 9) AS s;
        INSERT INTO snapshots (document, revision, at, length, hash, checksum, content) SELECT d, r * 100, 0, 1, 0, 0, '\x00' FROM generate_series(1, 5000) AS d, generate_series(1, 4) AS r;
        INSERT INTO activity (position, at, revision, id, kind, document) SELECT i, i, 0, gen_random_uuid(), 3, 'd' || i % 1000 FROM generate_series(1, 100000) AS i;
        INSERT INTO activity_dead_letters (consumer, position, at, revision, failed_at, id, attempts, kind, document, failure)
            SELECT 'c' || i % 20, i, i, 0, i, gen_random_uuid(), 1, 3, 'd1', 'no' FROM generate_series(1, 20000) AS i;
        ANALYZE;
        """,
        database);
}
