using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Npgsql;

namespace Collab.Tests.Postgres;

/// <summary>How a server is stopped: PostgreSQL's own words.</summary>
public enum PostgresStop
{
    /// <summary>Connections are cut, everything is written down.</summary>
    Fast,

    /// <summary>Ends on the spot, as a crash does; the next start recovers from the write-ahead log.</summary>
    Immediate,
}

/// <summary>
/// A real PostgreSQL cluster in a folder of its own, on a free port of the loopback interface, with <c>fsync</c> on. It can be stopped, killed,
/// frozen and started again on the same data and port.
/// </summary>
/// <remarks>
/// A shell stands between and does what its input says, line by line. When the input ends, and it does when this process ends, however that
/// happens, the shell ends the server and removes the folders. PostgreSQL refuses to run as root; then all of this runs as user <c>postgres</c>.
/// Needs no test framework, so that a program can start one too.
/// </remarks>
public sealed class PostgresServer : IAsyncDisposable
{
    public const string User = "collab";

    // Backends are leaders of process groups of their own, so they are found by their parent. The server first: it makes no more then.
    private const string Script =
        """
        bin=$1 folder=$(mktemp -d /tmp/collab-postgres-XXXXXX) || exit
        data=${2:-$folder}/data
        chmod 700 "$folder"
        signal() {
          server=$(head -n 1 "$data/postmaster.pid") && kill "-$1" "$server" &&
            for child in $(grep -ls "^PPid:[[:space:]]*$server\$" /proc/[0-9]*/status); do
              child=${child#/proc/}
              # One that has ended meanwhile is no failure.
              kill "-$1" "${child%/status}" 2>/dev/null || true
            done
        }
        run() {
          command=$1
          shift
          case $command in
            init)
              printf '%s' "$1" >"$folder/password" &&
              "$bin/initdb" -D "$data" -U collab -A scram-sha-256 --pwfile="$folder/password" -E UTF8 --locale=C.UTF-8 --wal-segsize=1 >/dev/null &&
              printf "listen_addresses = '127.0.0.1'\nunix_socket_directories = '%s'\nmax_connections = 200\n" "$folder" >>"$data/postgresql.conf" ;;
            set) printf '%s\n' "$*" >>"$data/postgresql.conf" ;;
            start) "$bin/pg_ctl" start -s -w -t 120 -D "$data" -l "$folder/server.log" -o "-p $1" ;;
            stop) "$bin/pg_ctl" stop -s -w -t 60 -D "$data" -m "$1" ;;
            freeze) signal STOP ;;
            thaw) signal CONT ;;
          esac
        }
        trap : INT TERM HUP
        echo "$folder"
        while read -r line; do
          run $line >>"$folder/script.log" 2>&1
          echo $?
        done
        if [ -e "$data/postmaster.pid" ]; then run thaw; run stop immediate; fi >/dev/null 2>&1
        rm -rf "$folder" "$data"
        """;

    private static readonly Lazy<Task<PostgresServer>> LazyShared = new(() => StartNewAsync());

    private readonly Process _shell;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly string _password = RandomNumberGenerator.GetHexString(24);
    private int _databases;

    private PostgresServer(Process shell) => _shell = shell;

    /// <summary>The one that the tests of this process share; it ends with the process. Whoever stops or freezes a server starts one of their own.</summary>
    public static Task<PostgresServer> Shared => LazyShared.Value;

    /// <summary>Stays the same over restarts.</summary>
    public int Port { get; private set; }

    /// <summary>The folder with the socket and the logs, and with the data unless that lies elsewhere.</summary>
    public string Folder { get; private set; } = "";

    /// <summary>What the server has written so far, over all its lives.</summary>
    public string Log => Read("server.log");

    /// <summary>Makes a cluster and starts it.</summary>
    /// <param name="dataParent">Where its folder <c>data</c> shall lie: a small tmpfs, for a disk that fills up. Null: beside its logs.</param>
    /// <param name="settings">Lines of <c>postgresql.conf</c>: <c>max_connections = 10</c>.</param>
    public static async Task<PostgresServer> StartNewAsync(string? dataParent = null, params string[] settings)
    {
        var start = new ProcessStartInfo { RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = "/" };
        List<string> command = ["sh", "-c", Script, "sh", PostgresBinaries.Folder];
        if (dataParent is not null)
            command.Add(dataParent);
        if (Environment.IsPrivilegedProcess)
        {
            if (dataParent is not null)
                await GiveToPostgresAsync(dataParent);
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", .. command];
        }

        start.FileName = command[0];
        command.Skip(1).ToList().ForEach(start.ArgumentList.Add);
        var server = new PostgresServer(Process.Start(start)!);
        try
        {
            server.Folder = await server._shell.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The shell of the PostgreSQL server ended at once.");
            await server.RunAsync($"init {server._password}");
            foreach (var setting in settings)
                await server.RunAsync($"set {setting}");
            await server.StartOnFreePortAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public string ConnectionString(string database = "postgres") =>
        new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = Port, Username = User, Password = _password, Database = database }.ConnectionString;

    /// <summary>The server's processes and its backends', as they are now.</summary>
    public IEnumerable<int> ProcessIds()
    {
        string server = File.ReadLines(Path.Combine(Folder, "data", "postmaster.pid")).First();
        return Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
            .Where(name => name == server || (int.TryParse(name, out _) && IsChild(name, server)))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture));
    }

    /// <summary>Like <see cref="ConnectionString"/>, through the socket in <see cref="Folder"/>, which is there for whoever runs in another network, too.</summary>
    public string SocketConnectionString(string database) => new NpgsqlConnectionStringBuilder(ConnectionString(database)) { Host = Folder }.ConnectionString;

    /// <summary>Makes an empty database; its name. It goes with the server, or by <see cref="DropDatabaseAsync"/>.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var database = $"collab_{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync($"CREATE DATABASE {database}");
        return database;
    }

    /// <summary>Drops it, with whoever is still connected.</summary>
    public Task DropDatabaseAsync(string database) => ExecuteAsync($"DROP DATABASE IF EXISTS {database} WITH (FORCE)");

    public Task StopAsync(PostgresStop how) => RunAsync($"stop {(how == PostgresStop.Fast ? "fast" : "immediate")}");

    /// <summary>Starts it again on the same data and port, and waits until it takes connections.</summary>
    public Task StartAsync() => RunAsync($"start {Port}");

    /// <summary>Stops all its processes with SIGSTOP: connections stay open, and nothing answers.</summary>
    public Task FreezeAsync() => RunAsync("freeze");

    public Task ThawAsync() => RunAsync("thaw");

    /// <summary>Ends the connections of everybody else with <c>pg_terminate_backend</c>; returns how many there were.</summary>
    /// <param name="database">Only those to this one; null: to all.</param>
    public async Task<int> KillConnectionsAsync(string? database = null)
    {
        var killed = await ExecuteAsync(
            $"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend' AND datname = {(database is null ? "datname" : $"'{database}'")}");
        return Convert.ToInt32(killed, CultureInfo.InvariantCulture);
    }

    /// <summary>Runs a statement as the owner of everything, on a connection of its own; its first value.</summary>
    public async Task<object?> ExecuteAsync(string sql, string database = "postgres")
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
        _turn.Dispose();
    }

    private static bool IsChild(string process, string parent)
    {
        try
        {
            return File.ReadLines($"/proc/{process}/status").Any(line => line == $"PPid:\t{parent}");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static async Task GiveToPostgresAsync(string folder)
    {
        using var chown = Process.Start("chown", ["postgres", folder]);
        await chown.WaitForExitAsync();
    }

    /// <summary>Between finding a free port and taking it, another process may have been quicker.</summary>
    private async Task StartOnFreePortAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            Port = OwnPort.Take();
            try
            {
                await StartAsync();
                return;
            }
            catch (InvalidOperationException) when (attempt < 5 && Log.Contains("could not create any TCP/IP sockets", StringComparison.Ordinal))
            {
            }
        }
    }

    private async Task RunAsync(string command)
    {
        await _turn.WaitAsync();
        try
        {
            await _shell.StandardInput.WriteLineAsync(command);
            await _shell.StandardInput.FlushAsync();
            if (await _shell.StandardOutput.ReadLineAsync() is not "0")
            {
                throw new InvalidOperationException(
                    $"PostgreSQL in {Folder}: '{command.Split(' ')[0]}' failed.\n{Read("script.log")}\nThe server wrote:\n{Log}");
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private string Read(string name)
    {
        var path = Path.Combine(Folder, name);
        return File.Exists(path) ? File.ReadAllText(path) : "";
    }
}
