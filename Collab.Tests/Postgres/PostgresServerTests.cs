using System.Diagnostics;
using Npgsql;

namespace Collab.Tests.Postgres;

/// <summary>That the fixture does to a server what it says; what that does to Collab is for other tests.</summary>
public sealed class PostgresServerTests
{
    [Fact]
    public async Task A_server_keeps_what_was_committed_over_a_crash_and_leaves_no_trace_when_it_goes()
    {
        string folder;
        await using (var server = await PostgresServer.StartNewAsync(settings: "work_mem = 5MB"))
        {
            folder = server.Folder;
            Assert.Equal("on", await server.ExecuteAsync("SHOW fsync"));
            Assert.Equal("5MB", await server.ExecuteAsync("SHOW work_mem"));
            await server.ExecuteAsync("CREATE TABLE kept (); INSERT INTO kept DEFAULT VALUES");

            await server.StopAsync(PostgresStop.Immediate);
            await Assert.ThrowsAsync<NpgsqlException>(() => server.ExecuteAsync("SELECT 1"));
            await server.StartAsync();
            Assert.Equal(1L, await server.ExecuteAsync("SELECT count(*) FROM kept"));
            Assert.Contains("database system was not properly shut down", server.Log);
        }

        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task A_frozen_server_answers_only_once_it_is_thawed_and_killed_connections_are_counted()
    {
        await using var server = await PostgresServer.StartNewAsync();
        var database = await server.CreateDatabaseAsync();
        await using var connection = new NpgsqlConnection(server.ConnectionString(database) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT 1", connection);

        await server.FreezeAsync();
        var answer = command.ExecuteScalarAsync();
        await Task.Delay(300);
        Assert.False(answer.IsCompleted);
        await server.ThawAsync();
        Assert.Equal(1, await answer);

        Assert.Equal(1, await server.KillConnectionsAsync(database));
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task The_data_can_lie_in_a_folder_of_choice()
    {
        var parent = Directory.CreateTempSubdirectory("collab-data-").FullName;
        try
        {
            await using (await PostgresServer.StartNewAsync(parent))
                Assert.True(Directory.Exists(Path.Combine(parent, "data")));
            Assert.Empty(Directory.GetFileSystemEntries(parent));
        }
        finally
        {
            Directory.Delete(parent, recursive: true);
        }
    }

    [Fact]
    public async Task A_server_goes_with_the_process_that_started_it_however_that_ends()
    {
        using var child = Process.Start(new ProcessStartInfo(
            Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            ArgumentList = { "exec", typeof(PostgresServerTests).Assembly.Location, "postgres" },
            RedirectStandardOutput = true,
        })!;
        var folder = (await child.StandardOutput.ReadLineAsync())!;
        Assert.True(Directory.Exists(folder));

        child.Kill();
        await Eventually.IsTrue(() => !Directory.Exists(folder));
    }
}
