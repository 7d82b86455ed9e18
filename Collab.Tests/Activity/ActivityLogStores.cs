using Collab.Contracts.Activity;
using Collab.Grains.Activity;
using Collab.Grains.Log;
using Collab.Grains.Log.Postgres;
using Collab.Grains.Log.Sqlite;
using Collab.Tests.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using static Collab.Tests.Activity.Happenings;

namespace Collab.Tests.Activity;

public sealed class MemoryActivityLogTests : ActivityLogTests
{
    protected override IActivityLog Log { get; } = new MemoryActivityLog();
}

public sealed class SqliteActivityLogTests : ActivityLogTests, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("collab-activity-").FullName;
    private SqliteOperationLog _log;

    public SqliteActivityLogTests() => _log = Open();

    protected override IActivityLog Log => _log.Activity;

    public void Dispose()
    {
        _log.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Everything_is_there_after_reopening()
    {
        await Log.AppendAsync(Event("a"), Event("b"));
        await Log.WriteCursorAsync("hook", new ConsumerCursor(1, "note"), default);
        await Log.AddDeadLettersAsync([new DeadLetter("hook", Event("a") with { Position = 1 }, 1, "no", Time)], default);
        await Log.TrimAsync(Time.AddYears(1), 10, default);

        _log.Dispose();
        _log = Open();
        Assert.Equal(2, await Log.ReadHeadAsync(default));
        Assert.Equal([3], await Log.AppendAsync(Event("a")));
        Assert.Equal(new ConsumerCursor(1, "note"), await Log.ReadCursorAsync("hook", default));
        Assert.Equal(1, await Log.CountDeadLettersAsync("hook", default));
    }

    [Fact]
    public async Task After_closing_every_call_says_so()
    {
        _log.Dispose();
        Assert.Equal(LogFault.Stopping, (await Assert.ThrowsAsync<LogUnavailableException>(async () => await Log.ReadHeadAsync(default))).Fault);
        Assert.Equal(LogFault.Stopping, (await Assert.ThrowsAsync<LogUnavailableException>(async () => await Log.AppendAsync(Event("a")))).Fault);
    }

    private SqliteOperationLog Open() => SqliteOperationLog.Open(new LogOptions { Path = Path.Combine(_folder, "collab.db") }, NullLogger<SqliteOperationLog>.Instance);
}

/// <summary>Each test has a database of its own in the server that all share; each writer opens it for itself, as silos do.</summary>
public sealed class PostgresActivityLogTests : ActivityLogTests, IAsyncLifetime
{
    private readonly Dictionary<int, PostgresOperationLog> _opened = [];
    private PostgresServer _server = null!;
    private string _database = "";

    protected override IActivityLog Log => WriterLog(0);

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.Shared;
        _database = await _server.CreateDatabaseAsync();
    }

    public async Task DisposeAsync()
    {
        foreach (var log in _opened.Values)
            log.Dispose();
        await _server.DropDatabaseAsync(_database);
    }

    [Fact]
    public async Task Appends_of_several_silos_wait_for_each_other_and_for_nothing_else()
    {
        // Somebody who holds the head and has not committed: nobody sees what they have, and nobody passes them.
        await using var connection = new Npgsql.NpgsqlConnection(_server.ConnectionString(_database) + ";Pooling=false");
        await Log.AppendAsync(Event("a"));
        await connection.OpenAsync();
        await connection.ExecuteAsync("BEGIN", default);
        await connection.ExecuteAsync("UPDATE collab.activity_head SET position = position + 1", default);

        var waiting = WriterLog(1).AppendAsync(Event("b"));
        Assert.Equal(1, await Log.ReadHeadAsync(default));
        Assert.Single(await Log.ReadAfterAsync(0, 10, default));
        await Log.WriteCursorAsync("hook", new ConsumerCursor(1), default);
        Assert.False(waiting.IsCompleted);

        await connection.ExecuteAsync("COMMIT", default);
        Assert.Equal([3], await waiting.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task The_same_events_appended_by_two_at_once_are_there_once()
    {
        for (int round = 0; round < 10; round++)
        {
            ActivityEvent[] events = [.. Enumerable.Range(0, 20).Select(_ => Event("a"))];
            var positions = await Task.WhenAll(Enumerable.Range(0, 3).Select(writer => WriterLog(writer).AppendAsync(events)));
            Assert.All(positions, each => Assert.Equal(positions[0], each));
        }

        Assert.Equal(200, await Log.ReadHeadAsync(default));
        Assert.Equal(200L, await _server.ExecuteAsync("SELECT count(*) FROM collab.activity", _database));
    }

    protected override IActivityLog WriterLog(int writer)
    {
        lock (_opened)
        {
            if (!_opened.TryGetValue(writer, out var log))
            {
                var options = new LogOptions { Provider = LogProvider.PostgreSql, ConnectionString = _server.ConnectionString(_database) };
                _opened.Add(writer, log = PostgresOperationLog.Open(options, NullLogger<PostgresOperationLog>.Instance));
            }

            return log.Activity;
        }
    }
}
