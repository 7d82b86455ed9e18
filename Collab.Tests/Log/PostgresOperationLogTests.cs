using Collab.Contracts;
using Collab.Grains.Log;
using Collab.Grains.Log.Postgres;
using Collab.Tests.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using static Collab.Tests.Log.Samples;

namespace Collab.Tests.Log;

/// <summary>Each test has a database of its own in the server that all share.</summary>
public sealed class PostgresOperationLogTests : OperationLogTests, IAsyncLifetime
{
    private readonly List<PostgresOperationLog> _opened = [];
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
        _opened.ForEach(log => log.Dispose());
        await _server.DropDatabaseAsync(_database);
    }

    [Fact]
    public async Task Everything_is_there_for_another_process_and_a_reader_beside_it()
    {
        await Log.OpenNewAsync(Document, epoch: 3);
        await Log.AppendAsync(3, Record(1), Record(2));
        await Log.WriteSnapshotAsync(Document, Snapshot(2), 1000, default);
        var before = await Log.DescribeAsync(Document, default);

        var other = Open();
        using var reader = OperationLogServices.OpenForReading(Options()) as PostgresLogReader;
        foreach (var log in (ILogReader[])[other, reader!])
        {
            Assert.Equal(before, await log.DescribeAsync(Document, default));
            AssertSame([Record(1), Record(2)], await log.ReadAsync(Document, Revision.Zero, 10, long.MaxValue, default));
            Assert.Equal(Snapshot(2).ContentHash, (await log.ReadSnapshotAsync(Document, new Revision(2), default))!.ContentHash);
        }

        Assert.Equal(4, (await other.OpenAsync(Document, default))!.Epoch);
    }

    [Fact]
    public async Task A_server_on_this_machine_is_reached_by_its_socket_too()
    {
        var options = Options();
        options.ConnectionString = _server.SocketConnectionString(_database);
        using var log = PostgresOperationLog.Open(options, NullLogger<PostgresOperationLog>.Instance);
        await log.OpenNewAsync(Document);
        Assert.Equal(AppendOutcome.Durable, await log.AppendAsync(1, Record(1)));
    }

    [Fact]
    public async Task Of_two_silos_on_one_database_the_one_that_opened_a_document_last_appends()
    {
        var other = Open();
        await Log.OpenNewAsync(Document);
        Assert.Equal(AppendOutcome.Durable, await Log.AppendAsync(1, Record(1)));
        Assert.Equal(2, (await other.OpenAsync(Document, default))!.Epoch);

        Assert.Equal(AppendOutcome.Fenced, await Log.AppendAsync(1, Record(2, session: "s2")));
        Assert.Equal(AppendOutcome.Durable, await other.AppendAsync(2, Record(2)));
        Assert.Equal(AppendOutcome.Fenced, await Log.AppendAsync(1, Record(3)));
        AssertSame([Record(1), Record(2)], await Log.ReadAllAsync(Document));
    }

    [Fact]
    public async Task Two_silos_that_append_to_the_same_documents_in_opposite_orders_never_wait_in_a_circle()
    {
        const int rounds = 60;
        var documents = Enumerable.Range(0, 8).Select(i => new DocumentId($"d{i}")).ToList();
        foreach (var document in documents)
            await Log.OpenNewAsync(document);

        // Both are of the same epoch, and both append the same: whoever is second finds its records there.
        await Task.WhenAll(AppendAllAsync(Log, documents), AppendAllAsync(Open(), [.. documents.AsEnumerable().Reverse()]));

        foreach (var document in documents)
            Assert.Equal(rounds, (await Log.ReadAllAsync(document)).Count);
        Assert.Equal(0L, await _server.ExecuteAsync("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()", _database));

        static async Task AppendAllAsync(IOperationLog log, List<DocumentId> documents)
        {
            for (var revision = 1; revision <= rounds; revision++)
            {
                var outcomes = await log.AppendAsync([.. documents.Select(document => Append(1, Record(revision)) with { Document = document })]);
                Assert.All(outcomes, outcome => Assert.Equal(AppendOutcome.Durable, outcome));
            }
        }
    }

    [Fact]
    public async Task A_value_that_the_database_cannot_hold_makes_its_own_element_invalid_and_no_other()
    {
        var other = new DocumentId("d2");
        await Log.OpenNewAsync(Document);
        await Log.OpenNewAsync(other);
        Assert.Equal(
            [AppendOutcome.Invalid, AppendOutcome.Durable, AppendOutcome.Durable],
            await Log.AppendAsync(
                Append(1, Record(1), Record(2, session: "a\0b")), Append(1, Record(1)) with { Document = other }, Append(1, Record(1))));
        AssertSame([Record(1)], await Log.ReadAllAsync(Document));
        AssertSame([Record(1)], await Log.ReadAllAsync(other));
    }

    [Fact]
    public async Task Of_programs_that_start_at_once_each_finds_the_schema_made_once()
    {
        // Opening blocks, as a host's start does: on threads of their own, or the pool would have none left to go on with.
        var logs = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(Open, default, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        Assert.Equal((long)PostgresSchema.Version, await _server.ExecuteAsync("SELECT count(*) FROM collab.schema_versions", _database));
        await logs[3].OpenNewAsync(Document);
        Assert.NotNull(await logs[7].DescribeAsync(Document, default));
    }

    [Fact]
    public async Task A_schema_of_a_newer_program_is_left_alone()
    {
        Assert.NotNull(Log);
        await _server.ExecuteAsync("INSERT INTO collab.schema_versions (version) VALUES (999)", _database);
        var refusal = Assert.Throws<LogUnavailableException>(Open);
        Assert.Equal(LogFault.CannotOpen, refusal.Fault);
        Assert.Contains($"has version 999 of schema collab; this program knows versions up to {PostgresSchema.Version}", refusal.Message);
    }

    [Fact]
    public async Task A_schema_of_a_newer_program_that_lets_this_one_work_on_is_used_as_it_is()
    {
        Assert.NotNull(Log);
        await _server.ExecuteAsync($"INSERT INTO collab.schema_versions (version, oldest_program) VALUES (999, {PostgresSchema.Version})", _database);
        var log = Open();
        await log.OpenNewAsync(Document);
        Assert.Equal([AppendOutcome.Durable], await log.AppendAsync(Append(1, Record(1))));
        Assert.Equal(999, await _server.ExecuteAsync("SELECT max(version) FROM collab.schema_versions", _database));
        Assert.NotNull(await OperationLogServices.OpenForReading(Options()).DescribeAsync(Document, default));
        await _server.ExecuteAsync($"UPDATE collab.schema_versions SET oldest_program = {PostgresSchema.Version + 1} WHERE version = 999", _database);
        Assert.Throws<LogUnavailableException>(Open);
    }

    [Fact]
    public async Task A_schema_from_before_programs_said_who_may_use_it_is_used_by_its_own_version()
    {
        Assert.NotNull(Log);
        await _server.ExecuteAsync("ALTER TABLE collab.schema_versions DROP COLUMN oldest_program", _database);
        Assert.NotNull(Open());
    }

    [Fact]
    public void A_reader_makes_no_schema()
    {
        var refusal = Assert.Throws<LogUnavailableException>(() => OperationLogServices.OpenForReading(Options()));
        Assert.Contains("has version 0 of schema collab", refusal.Message);
    }

    [Fact]
    public async Task Two_logs_live_in_one_database_in_schemas_of_their_own()
    {
        await Log.OpenNewAsync(Document);
        var options = Options();
        options.Schema = "user";
        using var other = PostgresOperationLog.Open(options, NullLogger<PostgresOperationLog>.Instance);
        Assert.Null(await other.DescribeAsync(Document, default));
    }

    [Fact]
    public async Task A_role_with_the_right_to_create_in_the_database_is_enough_and_one_that_only_writes_where_the_schema_is_up_to_date()
    {
        var owner = await RoleAsync("owner", $"GRANT CREATE ON DATABASE {_database} TO %");
        using (var log = PostgresOperationLog.Open(owner, NullLogger<PostgresOperationLog>.Instance))
            await log.OpenNewAsync(Document);

        var writer = await RoleAsync(
            "writer", "GRANT USAGE ON SCHEMA collab TO %; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA collab TO %");
        using (var log = PostgresOperationLog.Open(writer, NullLogger<PostgresOperationLog>.Instance))
        {
            await log.OpenNewAsync(new DocumentId("d2"));
            await log.OpenAsync(Document, default);
            Assert.Equal(AppendOutcome.Durable, await log.AppendAsync(2, Record(1)));
        }

        var nobody = await RoleAsync("nobody", "");
        var refusal = Assert.Throws<LogUnavailableException>(() => PostgresOperationLog.Open(nobody, NullLogger<PostgresOperationLog>.Instance));
        Assert.Equal(LogFault.CannotOpen, refusal.Fault);
        Assert.Contains("the user has not the rights", refusal.Message);
        await _server.ExecuteAsync($"DROP OWNED BY owner_{_database}, writer_{_database}, nobody_{_database}; DROP ROLE owner_{_database}, writer_{_database}, nobody_{_database}", _database);
    }

    [Fact]
    public async Task Too_many_connections_and_a_wrong_password_are_told_apart_and_neither_tells_a_secret()
    {
        Assert.NotNull(Log);
        var options = await RoleAsync("few", "GRANT USAGE ON SCHEMA collab TO %; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA collab TO %; ALTER ROLE % CONNECTION LIMIT 1");
        using (var log = PostgresOperationLog.Open(options, NullLogger<PostgresOperationLog>.Instance))
        {
            await log.OpenNewAsync(Document);
            var busy = await Assert.ThrowsAsync<LogUnavailableException>(async () => await log.AppendAsync(1, Record(1)));
            Assert.Equal(LogFault.Busy, busy.Fault);
            Assert.Contains($"PostgreSQL database {_database} at 127.0.0.1:{_server.Port} refused: it has too many connections", busy.Message);
        }

        options.ConnectionString = options.ConnectionString.Replace("sesame", "parsley", StringComparison.Ordinal);
        var refusal = Assert.Throws<LogUnavailableException>(() => PostgresOperationLog.Open(options, NullLogger<PostgresOperationLog>.Instance));
        Assert.Equal(LogFault.CannotOpen, refusal.Fault);
        Assert.Contains("it does not let this user in", refusal.Message);
        Assert.DoesNotContain("parsley", refusal.ToString());
        await _server.ExecuteAsync($"DROP OWNED BY few_{_database}; DROP ROLE few_{_database}", _database);
    }

    [Theory]
    [InlineData("off", "on")]
    [InlineData("on", "on")]
    [InlineData("remote_apply", "remote_apply")]
    public async Task A_commit_is_never_reported_before_it_is_on_the_disk_whatever_the_defaults_are(string setting, string ours)
    {
        await _server.ExecuteAsync(
            $"ALTER DATABASE {_database} SET synchronous_commit = {setting}; ALTER DATABASE {_database} SET default_transaction_isolation = 'serializable'");
        using var database = new PostgresDatabase(Options());
        await using var connection = await database.ConnectAsync(default);
        Assert.Equal(ours, await connection.ScalarAsync("SHOW synchronous_commit", default));
        Assert.Equal("read committed", await connection.ScalarAsync("SHOW default_transaction_isolation", default));
    }

    [Fact]
    public async Task Of_several_hosts_the_primary_is_found()
    {
        var options = Options();
        options.ConnectionString = new NpgsqlConnectionStringBuilder(options.ConnectionString)
        {
            Host = $"127.0.0.1:1,127.0.0.1:{_server.Port}",
            TargetSessionAttributes = "primary",
        }.ConnectionString;
        using var log = PostgresOperationLog.Open(options, NullLogger<PostgresOperationLog>.Instance);
        await log.OpenNewAsync(Document);
        Assert.Equal(AppendOutcome.Durable, await log.AppendAsync(1, Record(1)));
    }

    [Fact]
    public async Task A_read_only_database_is_refused_by_name()
    {
        await _server.ExecuteAsync($"ALTER DATABASE {_database} SET default_transaction_read_only = on");
        var refusal = Assert.Throws<LogUnavailableException>(Open);
        Assert.Equal(LogFault.CannotOpen, refusal.Fault);
        Assert.Contains("is read-only", refusal.Message);
    }

    [Theory]
    [InlineData("UPDATE collab.operations SET encoded = encoded || 'x'::bytea WHERE revision = 2", "Operation 2 of document d1 in PostgreSQL database")]
    [InlineData("UPDATE collab.operations SET hash = hash + 1 WHERE revision = 2", "Operation 2 of document d1 in PostgreSQL database")]
    [InlineData("UPDATE collab.operations SET session = 's2' WHERE revision = 2", "Operation 2 of document d1 in PostgreSQL database")]
    [InlineData("UPDATE collab.operations SET checksum = checksum + 1 WHERE revision = 2", "Operation 2 of document d1 in PostgreSQL database")]
    [InlineData("DELETE FROM collab.operations WHERE revision = 2", "Document d1 has no operation 2 in PostgreSQL database")]
    [InlineData("DELETE FROM collab.operations WHERE revision > 1", "Document d1 has no operation 2 in PostgreSQL database")]
    public async Task A_changed_or_missing_operation_is_named_and_those_before_it_are_read(string damage, string told)
    {
        await Log.OpenNewAsync(Document);
        await Log.AppendAsync(1, Record(1), Record(2), Record(3));
        await _server.ExecuteAsync(damage, _database);

        var failure = await Assert.ThrowsAsync<LogUnavailableException>(() => Log.ReadAllAsync(Document));
        Assert.Equal(LogFault.Corrupt, failure.Fault);
        Assert.Contains(told, failure.Message);
        AssertSame([Record(1)], await Log.ReadAsync(Document, Revision.Zero, 1, long.MaxValue, default));
    }

    [Fact]
    public async Task A_writer_that_repeats_a_record_which_was_damaged_meanwhile_is_fenced_and_the_others_of_the_call_are_durable()
    {
        var other = new DocumentId("d2");
        await Log.OpenNewAsync(Document);
        await Log.OpenNewAsync(other);
        await Log.AppendAsync(1, Record(1));
        await _server.ExecuteAsync("UPDATE collab.operations SET encoded = encoded || 'x'::bytea", _database);
        Assert.Equal(
            [AppendOutcome.Fenced, AppendOutcome.Durable],
            await Log.AppendAsync(Append(1, Record(1), Record(2)), Append(1, Record(1)) with { Document = other }));
    }

    [Theory]
    [InlineData("UPDATE collab.snapshots SET content = '\\x0200' WHERE revision = 2", "its checksum differs")]
    [InlineData("UPDATE collab.snapshots SET content = '\\x02' WHERE revision = 2", "it has 1 bytes, 2 were written")]
    public async Task A_changed_snapshot_says_so_and_the_one_before_is_sound(string damage, string told)
    {
        await Log.OpenNewAsync(Document);
        await Log.AppendAsync(1, Record(1), Record(2));
        await Log.WriteSnapshotAsync(Document, Snapshot(1), 1000, default);
        await Log.WriteSnapshotAsync(Document, Snapshot(2) with { Content = new byte[] { 9, 9 } }, 1000, default);
        await _server.ExecuteAsync(damage, _database);

        Assert.Equal(told, (await Log.ReadSnapshotAsync(Document, new Revision(2), default))!.Damage);
        Assert.Null((await Log.ReadSnapshotAsync(Document, new Revision(1), default))!.Damage);
    }

    [Fact]
    public async Task A_read_of_more_than_one_round_trip_brings_is_whole_and_its_limits_hold()
    {
        const int count = 10_000;
        await Log.OpenNewAsync(Document);
        await Log.AppendAsync(1, [.. Enumerable.Range(1, count).Select(revision => Record(revision))]);

        Assert.Equal(count, (await Log.ReadAllAsync(Document)).Count);
        Assert.Equal(5000, (await Log.ReadAsync(Document, new Revision(100), 5000, long.MaxValue, default)).Length);
        Assert.Equal(6000, (await Log.ReadAsync(Document, new Revision(100), int.MaxValue, 6000 * 40, default)).Length);
    }

    [Fact]
    public async Task A_silo_that_stops_within_a_transaction_loses_it_and_the_others_get_its_locks()
    {
        var options = Options();
        options.CommandTimeout = TimeSpan.FromSeconds(8);
        using var log = PostgresOperationLog.Open(options, NullLogger<PostgresOperationLog>.Instance);
        await log.OpenNewAsync(Document);
        using var database = new PostgresDatabase(options);
        await using var frozen = await database.ConnectAsync(default);
        await frozen.ExecuteAsync("BEGIN", default);
        await frozen.ExecuteAsync(PostgresAppends.LockSql, default, (object)new[] { Document.Value });

        Assert.Equal(AppendOutcome.Durable, await log.AppendAsync(1, Record(1)));
        var failure = await Assert.ThrowsAnyAsync<NpgsqlException>(() => frozen.ExecuteAsync("COMMIT", default));
        Assert.Equal(LogFault.Timeout, PostgresFaults.Unavailable(failure, "")!.Fault);
    }

    [Fact]
    public async Task Connections_are_limited_counted_and_waited_for_no_longer_than_a_command_may_take()
    {
        Assert.NotNull(Log);
        var options = Options();
        options.CommandTimeout = TimeSpan.FromSeconds(3);
        options.ConnectionString += ";Timeout=60";
        using var database = new PostgresDatabase(options);
        using var connections = new PostgresConnections(database, 1, "trying");
        var holding = new TaskCompletionSource<int>();
        var first = connections.RunAsync((_, _) => holding.Task, default);
        await Eventually.IsTrue(() => LogMetrics.Connections.WithLabels("postgresql", "active").Value >= 1);

        var refusal = await Assert.ThrowsAsync<LogUnavailableException>(async () => await connections.RunAsync((_, _) => Task.FromResult(2), default));
        Assert.Equal(LogFault.Busy, refusal.Fault);
        Assert.Contains($"All 1 connections to PostgreSQL database {_database} at 127.0.0.1:{_server.Port} for trying were in use for 3 s", refusal.Message);

        holding.SetResult(1);
        Assert.Equal(1, await first);
        Assert.True(LogMetrics.Connections.WithLabels("postgresql", "idle").Value >= 1);
        Assert.Equal(3, await connections.RunAsync((_, _) => Task.FromResult(3), default));
    }

    [Fact]
    public async Task After_closing_every_call_says_so()
    {
        await Log.OpenNewAsync(Document);
        _log!.Dispose();
        Assert.Equal(LogFault.Stopping, (await Assert.ThrowsAsync<LogUnavailableException>(() => Log.ReadAllAsync(Document))).Fault);
        Assert.Equal(LogFault.Stopping, (await Assert.ThrowsAsync<LogUnavailableException>(() => Log.AppendAsync(1, Record(1)))).Fault);
    }

    // Patient: this is not about time, and the machine may be busy.
    private LogOptions Options() =>
        new() { Provider = LogProvider.PostgreSql, ConnectionString = _server.ConnectionString(_database), CommandTimeout = TimeSpan.FromSeconds(60) };

    /// <summary>Options that let a new role in, which nobody else's tests have.</summary>
    private async Task<LogOptions> RoleAsync(string name, string grants)
    {
        var role = $"{name}_{_database}";
        await _server.ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD 'sesame'; {grants.Replace("%", role, StringComparison.Ordinal)}", _database);
        var options = Options();
        options.ConnectionString = new NpgsqlConnectionStringBuilder(options.ConnectionString) { Username = role, Password = "sesame" }.ConnectionString;
        return options;
    }

    private PostgresOperationLog Open()
    {
        var log = PostgresOperationLog.Open(Options(), NullLogger<PostgresOperationLog>.Instance);
        lock (_opened)
            _opened.Add(log);
        return log;
    }
}
