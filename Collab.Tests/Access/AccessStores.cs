using Collab.Contracts;
using Collab.Contracts.Access;
using Collab.Grains.Access;
using Collab.Grains.Log;
using Collab.Grains.Log.Postgres;
using Collab.Grains.Log.Sqlite;
using Collab.Tests.Postgres;
using Microsoft.Extensions.Logging.Abstractions;

namespace Collab.Tests.Access;

public sealed class MemoryAccessStoreTests : AccessStoreTests
{
    protected override IAccessStore Access { get; } = new MemoryAccessStore();
}

public sealed class SqliteAccessStoreTests : AccessStoreTests, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("collab-access-").FullName;
    private SqliteOperationLog _log;

    public SqliteAccessStoreTests() => _log = Open();

    protected override IAccessStore Access => _log.Access;

    public void Dispose()
    {
        _log.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Everything_is_there_after_reopening()
    {
        var revocation = new Revocation(null, "ann", Now, Now.AddDays(1));
        await Access.SetGrantAsync(new DocumentId("a"), new Grant("ann", Role.None), 10, default);
        await Access.AddRevocationAsync(revocation, 10, default);
        _log.Dispose();
        _log = Open();
        Same([new Grant("ann", Role.None)], await Access.ListGrantsAsync(new DocumentId("a"), default));
        Same([revocation], await Access.ListRevocationsAsync(Now, default));
    }

    [Fact]
    public async Task After_closing_every_call_says_so()
    {
        _log.Dispose();
        Assert.Equal(LogFault.Stopping, (await Assert.ThrowsAsync<LogUnavailableException>(async () => await Access.ListRevocationsAsync(Now, default))).Fault);
        Assert.Equal(LogFault.Stopping, (await Assert.ThrowsAsync<LogUnavailableException>(async () => await Access.RemoveGrantAsync(new DocumentId("a"), "ann", default))).Fault);
    }

    private SqliteOperationLog Open() => SqliteOperationLog.Open(new LogOptions { Path = Path.Combine(_folder, "collab.db") }, NullLogger<SqliteOperationLog>.Instance);
}

/// <summary>Each test has a database of its own in the server that all share.</summary>
public sealed class PostgresAccessStoreTests : AccessStoreTests, IAsyncLifetime
{
    private PostgresServer _server = null!;
    private PostgresOperationLog _log = null!;
    private string _database = "";

    protected override IAccessStore Access => _log.Access;

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.Shared;
        _database = await _server.CreateDatabaseAsync();
        _log = Open();
    }

    public async Task DisposeAsync()
    {
        _log.Dispose();
        await _server.DropDatabaseAsync(_database);
    }

    [Fact]
    public async Task Another_silo_sees_what_one_has_said()
    {
        using var other = Open();
        await Access.SetGrantAsync(new DocumentId("a"), new Grant("ann", Role.None), 10, default);
        Same([Role.None], await other.Access.FindGrantsAsync("ann", [new DocumentId("a")], default));
    }

    [Fact]
    public async Task Silos_that_add_at_once_do_not_get_past_the_limit()
    {
        using var other = Open();
        bool[] added = await Task.WhenAll(Enumerable.Range(0, 24).Select(i =>
            (i % 2 == 0 ? Access : other.Access).SetGrantAsync(new DocumentId("a"), new Grant($"s{i}", Role.Viewer), 10, default).AsTask()));
        Assert.Equal(10, added.Count(isAdded => isAdded));
    }

    private PostgresOperationLog Open() => PostgresOperationLog.Open(
        new LogOptions { Provider = LogProvider.PostgreSql, ConnectionString = _server.ConnectionString(_database) }, NullLogger<PostgresOperationLog>.Instance);
}
