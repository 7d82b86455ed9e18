using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Collab.Grains.Log.Sqlite;

/// <summary>The one thread, and the one connection, that write. Jobs run one by one, in order.</summary>
/// <remarks>
/// A thread of its own, because SQLite blocks while the disk syncs: on the thread pool each commit would hold one of as few threads as
/// there are cores, and the grains would wait for the pool to grow.
/// </remarks>
internal sealed class SqliteWriteThread : IDisposable
{
    private readonly SqliteFile _file;
    private readonly BlockingCollection<Action> _jobs = [];
    private readonly Thread _thread;
    private SqliteWriteConnection? _connection;

    public SqliteWriteThread(SqliteFile file, SqliteWriteConnection connection)
    {
        _file = file;
        _connection = connection;
        _thread = new Thread(Run) { IsBackground = true, Name = "collab-log-sqlite" };
        _thread.Start();
    }

    /// <summary>Whether somebody waits for the job under way to end.</summary>
    public bool IsWaitedFor => _jobs.Count > 0;

    /// <param name="cancellation">A job whose turn comes after it is not begun; one that is under way goes on to its end.</param>
    /// <exception cref="LogUnavailableException">The file failed and the job's transaction is undone; or, when the commit itself failed, that is unknown.</exception>
    public Task<T> RunAsync<T>(Func<SqliteWriteConnection, T> job, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            _jobs.Add(() => Complete(job, completion, cancellation), CancellationToken.None);
        }
        catch (InvalidOperationException)
        {
            throw new LogUnavailableException($"The log in {_file.Path} is closed.", fault: LogFault.Stopping);
        }

        return completion.Task;
    }

    /// <summary>Finishes what was handed in, then closes the connection.</summary>
    public void Dispose()
    {
        _jobs.CompleteAdding();
        _thread.Join();
        _connection?.Dispose();
        _jobs.Dispose();
    }

    private void Run()
    {
        foreach (var job in _jobs.GetConsumingEnumerable())
            job();
    }

    private void Complete<T>(Func<SqliteWriteConnection, T> job, TaskCompletionSource<T> completion, CancellationToken cancellation)
    {
        // Nobody waits for it any more: behind a lock or a full disk, what was given up would queue up and be done all at once afterwards.
        if (cancellation.IsCancellationRequested)
        {
            completion.SetCanceled(cancellation);
            return;
        }

        try
        {
            _connection ??= Reopen();
            completion.SetResult(job(_connection));
        }
        catch (SqliteException failure) when (!SqliteFaults.IsAboutData(failure))
        {
            StartOver();
            completion.SetException(SqliteFaults.Unavailable(failure, _file.Path, "Writing to"));
        }
        catch (Exception failure)
        {
            // The caller's mistake, or a damaged row, or a bug: the file is not away. The transaction ends with the connection all the same.
            StartOver();
            completion.SetException(failure);
        }
    }

    /// <summary>
    /// Commits whose sync failed are undone, but their frames lie in the write-ahead log, and after a crash they would look like acknowledged ones behind a wrong frame
    /// (<see cref="SqliteWriteAheadLog"/>). Once it begins anew they count for nothing.
    /// </summary>
    private SqliteWriteConnection Reopen()
    {
        var connection = _file.OpenForWriting();
        try
        {
            SqliteSchema.Execute(connection, "PRAGMA wal_checkpoint(RESTART)");
        }
        catch (SqliteException)
        {
            // The store may still be ill; whoever writes next finds out.
        }

        return new SqliteWriteConnection(connection);
    }

    /// <summary>Closing undoes an open transaction, whatever state the failure left it in; the next job gets a fresh connection.</summary>
    private void StartOver()
    {
        _connection?.Dispose();
        _connection = null;
    }
}
