using Collab.Tests.Postgres;
using Npgsql;

namespace Collab.Tests.Crash.Outages;

/// <summary>Outages of a PostgreSQL server that the Collab server writes to.</summary>
internal abstract class PostgresOutage : Outage
{
    private string _database = "";

    protected PostgresServer Server { get; private set; } = null!;

    protected string Database => _database;

    public override async Task<string[]> StartAsync()
    {
        Server = await StartServerAsync();
        _database = await Server.CreateDatabaseAsync();
        return ["Collab:Log:Provider=postgresql", $"Collab:Log:ConnectionString={Server.ConnectionString(_database)}"];
    }

    public override ValueTask DisposeAsync() => Server?.DisposeAsync() ?? ValueTask.CompletedTask;

    protected virtual Task<PostgresServer> StartServerAsync() => PostgresServer.StartNewAsync();
}

/// <summary>Stopped as an administrator does it, or on the spot as a crash does, and started again after a while.</summary>
internal sealed class PostgresStopped(PostgresStop how) : PostgresOutage
{
    public override string Name => $"PostgreSQL stopped ({(how == PostgresStop.Fast ? "fast" : "immediate")}) and started";

    public override Task BeginAsync() => Server.StopAsync(how);

    public override Task EndAsync() => Server.StartAsync();
}

/// <summary>Stopped and started at once, as after a change of its configuration.</summary>
internal sealed class PostgresRestarted : PostgresOutage
{
    public override string Name => "PostgreSQL restarted in place";

    public override TimeSpan Length => TimeSpan.Zero;

    public override async Task BeginAsync()
    {
        await Server.StopAsync(PostgresStop.Fast);
        await Server.StartAsync();
    }

    public override Task EndAsync() => Task.CompletedTask;
}

/// <summary>All its processes stand still, connections stay open and nothing answers: a hanging disk, a paused virtual machine.</summary>
internal sealed class PostgresFrozen : PostgresOutage
{
    public override string Name => "PostgreSQL frozen and thawed";

    // Longer than one attempt may take (Collab:Resilience:log-append:AttemptTimeout).
    public override TimeSpan Length => TimeSpan.FromSeconds(6);

    public override Task BeginAsync() => Server.FreezeAsync();

    public override Task EndAsync() => Server.ThawAsync();
}

/// <summary>Its connections are ended from the other side, five times.</summary>
internal sealed class PostgresConnectionsKilled : PostgresOutage
{
    public override string Name => "PostgreSQL's connections killed";

    public override TimeSpan Length => TimeSpan.Zero;

    public override async Task BeginAsync()
    {
        int killed = 0;
        for (int times = 0; times < 5; times++)
        {
            killed += await Server.KillConnectionsAsync(Database);
            await Task.Delay(200);
        }

        Assert.True(killed > 0, "The server had no connection to PostgreSQL.");
    }

    public override Task EndAsync() => Task.CompletedTask;
}

/// <summary>
/// The disk under its data is full, and then is not. Where the write-ahead log can't grow PostgreSQL ends, by design, and does not come back by
/// itself when its recovery finds no room either; then somebody starts it.
/// </summary>
internal sealed class PostgresDiskFull : PostgresOutage
{
    private SmallDisk? _disk;

    public override string Name => "PostgreSQL, disk full";

    public override Task BeginAsync() => _disk!.FillAsync();

    public override async Task EndAsync()
    {
        _disk!.Free();
        if (!await IsUpAsync())
            await Server.StartAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_disk is not null)
            await _disk.DisposeAsync();
    }

    protected override async Task<PostgresServer> StartServerAsync()
    {
        _disk = await SmallDisk.MountAsync(megabytes: 160);
        return await PostgresServer.StartNewAsync(_disk.Folder);
    }

    private async Task<bool> IsUpAsync()
    {
        for (int attempt = 0; attempt < 10; attempt++)
        {
            try
            {
                await Server.ExecuteAsync("SELECT 1");
                return true;
            }
            catch (NpgsqlException)
            {
                // Down, or on its way back.
                await Task.Delay(200);
            }
        }

        return false;
    }
}
