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

    /// <exception cref="LogUnavailableException">The job failed and its transaction is undone; or, when the commit itself failed, that is unknown.</exception>
    public Task<T> RunAsync<T>(Func<SqliteWriteConnection, T> job, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            _jobs.Add(() => Complete(job, completion), CancellationToken.None);
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

    private void Complete<T>(Func<SqliteWriteConnection, T> job, TaskCompletionSource<T> completion)
    {
        try
        {
            _connection ??= new SqliteWriteConnection(_file.OpenForWriting());
            completion.SetResult(job(_connection));
        }
        catch (InvalidOperationException refusal)
        {
            // The caller's mistake, found before anything was written; the transaction ends with the connection all the same.
            StartOver();
            completion.SetException(refusal);
        }
        catch (Exception failure)
        {
            StartOver();
            completion.SetException(
                failure is SqliteException sqlite
                    ? SqliteFaults.Unavailable(sqlite, _file.Path, "Writing to")
                    : new LogUnavailableException($"Writing to {_file.Path} failed: {failure.Message}", failure));
        }
    }

    /// <summary>Closing undoes an open transaction, whatever state the failure left it in; the next job gets a fresh connection.</summary>
    private void StartOver()
    {
        _connection?.Dispose();
        _connection = null;
    }
}
