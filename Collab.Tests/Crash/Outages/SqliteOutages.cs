using Microsoft.Data.Sqlite;

namespace Collab.Tests.Crash.Outages;

/// <summary>The disk under SQLite's file is full, and then is not.</summary>
internal sealed class SqliteDiskFull : Outage
{
    private SmallDisk? _disk;

    public override string Name => "SQLite, disk full";

    public override async Task<string[]> StartAsync()
    {
        _disk = await SmallDisk.MountAsync(megabytes: 64);
        return [$"Collab:Log:Path={Path.Combine(_disk.Folder, "collab.db")}"];
    }

    public override Task BeginAsync() => _disk!.FillAsync();

    public override Task EndAsync()
    {
        _disk!.Free();
        return Task.CompletedTask;
    }

    public override ValueTask DisposeAsync() => _disk?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>Somebody has opened SQLite's file with another program and holds its write lock: a backup gone wrong, a shell left open in a transaction.</summary>
internal sealed class SqliteLocked : Outage
{
    private readonly string _folder = Directory.CreateTempSubdirectory("collab-locked-").FullName;
    private SqliteConnection? _other;

    public override string Name => "SQLite, locked by another program";

    // Longer than SQLite waits by itself, see SqliteFile.
    public override TimeSpan Length => TimeSpan.FromSeconds(7);

    private string Database => Path.Combine(_folder, "collab.db");

    public override Task<string[]> StartAsync() => Task.FromResult<string[]>([$"Collab:Log:Path={Database}"]);

    public override async Task BeginAsync()
    {
        _other = new SqliteConnection($"Data Source={Database};Pooling=False");
        await _other.OpenAsync();
        await ExecuteAsync("BEGIN IMMEDIATE");
    }

    public override async Task EndAsync()
    {
        await ExecuteAsync("ROLLBACK");
        await _other!.DisposeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        if (_other is not null)
            await _other.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _other!.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
