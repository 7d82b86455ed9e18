using Microsoft.Data.Sqlite;

namespace Collab.Grains.Log.Sqlite;

/// <summary>The database file: owned by this process alone, from its opening to its disposal; or visited, to read it.</summary>
/// <remarks>
/// SQLite itself would let two processes in; but each of them would co-host a silo of its own, and the two would fence each other's
/// documents for ever. The lock is on a file beside the database (the database's own locks are SQLite's); the operating system
/// releases it with the process, however that ends, so a leftover file means nothing.
/// </remarks>
internal sealed class SqliteFile : IDisposable
{
    /// <summary>How long a statement waits for somebody else's lock. Below the pipelines' attempt timeouts, so that it is SQLite that says what is wrong.</summary>
    private const int BusySeconds = 2;

    private readonly FileStream? _lock;

    private SqliteFile(string path, FileStream? @lock)
    {
        Path = path;
        _lock = @lock;
    }

    public string Path { get; }

    /// <exception cref="LogUnavailableException">The folder can't be made, or another process owns the file.</exception>
    public static SqliteFile Own(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        var lockPath = path + ".lock";
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            return new(path, new FileStream(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException exception) when (File.Exists(lockPath))
        {
            throw new LogUnavailableException(
                $"{path} belongs to another running process (its lock is {lockPath}). One process owns a SQLite log: stop the other, or give this one its own Collab:Log:Path.",
                exception,
                LogFault.CannotOpen);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LogUnavailableException($"{path} can't be opened: {exception.Message}", exception, LogFault.CannotOpen);
        }
    }

    /// <summary>Whether a process owns the file just now, as far as this one can tell.</summary>
    public static bool IsOwned(string path)
    {
        try
        {
            using var @lock = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <summary>A file for reading only, which another process may own. It has to exist.</summary>
    public static SqliteFile Visit(string path) => new(System.IO.Path.GetFullPath(path), null);

    /// <summary>A connection that can write. There is one at a time, and it alone checkpoints.</summary>
    /// <remarks>
    /// Durability rests on two settings together. <c>journal_mode=WAL</c>: a commit appends to the write-ahead log and readers go on.
    /// <c>synchronous=FULL</c>: in WAL mode that adds a sync of the write-ahead log after each commit; with NORMAL it is synced only before a checkpoint,
    /// and commits that were reported as done may roll back after a power loss (not after a mere crash of the process). "Acknowledged means
    /// durable" needs FULL: <see href="https://www.sqlite.org/pragma.html#pragma_synchronous"/>. EXTRA adds nothing in WAL mode. A disk that
    /// lies about syncs defeats any setting.
    /// </remarks>
    public SqliteConnection OpenForWriting()
    {
        var connection = Open();
        try
        {
            SqliteSchema.Execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
            // After a large checkpoint the write-ahead log shrinks to this, instead of keeping the largest size it ever had.
            SqliteSchema.Execute(connection, "PRAGMA journal_size_limit = 67108864;");
            // What one bringing in of commits changes fits (SQLite's own 2 MiB would be written and read again meanwhile, page by page); taken as it is needed, in KiB.
            SqliteSchema.Execute(connection, "PRAGMA cache_size = -16384;");
            // Pages: 16 MiB of the write-ahead log, four times SQLite's own. The pages at which documents grow are in each commit, and come into the file once for all of them.
            SqliteSchema.Execute(connection, "PRAGMA wal_autocheckpoint = 4096;");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public SqliteConnection OpenForReading()
    {
        var connection = Open();
        SqliteSchema.Execute(connection, "PRAGMA query_only = 1;");
        return connection;
    }

    public void Dispose() => _lock?.Dispose();

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Path,
            // Only its owner makes it.
            Mode = _lock is null ? SqliteOpenMode.ReadWrite : SqliteOpenMode.ReadWriteCreate,
            // These connections live as long as the log, and their closing must really close the file.
            Pooling = false,
            DefaultTimeout = BusySeconds,
        }.ConnectionString);
        connection.Open();
        return connection;
    }
}
