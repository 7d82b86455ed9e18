using System.Diagnostics;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Collab.Tests.EndToEnd;
using Collab.Tests.Postgres;
using Npgsql;

namespace Collab.Tests.Deploy;

/// <summary>The database as <c>deploy/postgresql</c> sets it up, on a real server: roles that have what they need and no more, and a configuration that PostgreSQL knows every line of.</summary>
public sealed class PostgresSetupTests : IAsyncLifetime
{
    private readonly string _password = RandomNumberGenerator.GetHexString(24);
    private PostgresServer _server = null!;

    public async Task InitializeAsync()
    {
        // With the configuration that is handed out, but for what a test's machine has no room for.
        string[] sizes = ["shared_buffers", "max_wal_size", "min_wal_size", "maintenance_work_mem", "effective_cache_size", "listen_addresses", "wal_buffers"];
        string[] settings = [.. File.ReadLines(Path.Combine(DeployFiles.Folder, "postgresql", "collab.conf"))
            .Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#' && !sizes.Contains(line.Split('=')[0].Trim()))];
        Assert.True(settings.Length > 15);
        _server = await PostgresServer.StartNewAsync(settings: settings);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task The_tables_are_made_by_one_role_and_used_by_another_that_cannot_change_them()
    {
        await RunAsync("psql", [("COLLAB_SCHEMA_PASSWORD", _password), ("COLLAB_DATABASE_PASSWORD", _password), ("COLLAB_BACKUP_PASSWORD", _password), ("COLLAB_MONITOR_PASSWORD", _password)],
            new NpgsqlConnectionStringBuilder(_server.ConnectionString()).Password!, "--no-psqlrc", "--quiet", "--file", Path.Combine(DeployFiles.Folder, "postgresql", "roles.sql"));

        // Before its tables are there, a host says so and ends.
        await using (var early = new ServerProcess("Collab:Log:Provider=postgresql", $"Collab:Log:ConnectionString={As("collab_server")}"))
        {
            early.Launch();
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(early.WhenReadyAsync);
            Assert.Contains("rights", refused.Message, StringComparison.Ordinal);
        }

        await RunAsync("dotnet", [("Collab__Log__Provider", "postgresql"), ("Collab__Log__ConnectionString", As("collab_schema")), ("Collab__Cluster__Mode", "embedded")], null, Silo(), "schema");
        // Once more: a new release that changes nothing.
        await RunAsync("dotnet", [("Collab__Log__Provider", "postgresql"), ("Collab__Log__ConnectionString", As("collab_schema")), ("Collab__Cluster__Mode", "embedded")], null, Silo(), "schema");

        await using var server = await ServerProcess.StartAsync("Collab:Log:Provider=postgresql", $"Collab:Log:ConnectionString={As("collab_server")}");
        using var http = new HttpClient { BaseAddress = server.Url };
        using var created = await http.PostAsJsonAsync("api/documents", new { id = "minutes", kind = "text" });
        Assert.True(created.IsSuccessStatusCode, $"{created.StatusCode}: {await created.Content.ReadAsStringAsync()}");

        await RefusesAsync("collab_server", "CREATE TABLE collab.other (a int)");
        await RefusesAsync("collab_server", "ALTER TABLE collab.operations ADD a int");
        await RefusesAsync("collab_server", "TRUNCATE collab.operations");
        await RefusesAsync("collab_server", "CREATE TABLE public.other (a int)");
        await RefusesAsync("collab_backup", "DELETE FROM collab.operations");
        Assert.Equal(1L, await ExecuteAsync("collab_backup", "SELECT count(*) FROM collab.documents"));
        await RefusesAsync("collab_monitor", "SELECT count(*) FROM collab.documents");
        // Of others' sessions it sees what they do, which takes pg_monitor.
        Assert.NotEqual(0L, await ExecuteAsync("collab_monitor", "SELECT count(*) FROM pg_stat_activity WHERE usename = 'collab_server' AND state IS NOT NULL"));
    }

    private static string Silo()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(own.Parent!.Parent!.FullName, "Collab.Silo", own.Name, "Collab.Silo.dll");
    }

    private string As(string role) => new NpgsqlConnectionStringBuilder(_server.ConnectionString("collab")) { Username = role, Password = _password }.ConnectionString;

    private async Task RefusesAsync(string role, string statement) =>
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(role, statement))).SqlState);

    private async Task<object?> ExecuteAsync(string role, string statement)
    {
        await using var connection = new NpgsqlConnection(As(role) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(statement, connection);
        return await command.ExecuteScalarAsync();
    }

    private async Task RunAsync(string program, (string Name, string Value)[] environment, string? databasePassword, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        if (databasePassword is not null)
        {
            (start.Environment["PGHOST"], start.Environment["PGPORT"]) = ("127.0.0.1", $"{_server.Port}");
            (start.Environment["PGUSER"], start.Environment["PGPASSWORD"], start.Environment["PGDATABASE"]) = (PostgresServer.User, databasePassword, "postgres");
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}:\n{output}\n{await errors}");
    }
}
