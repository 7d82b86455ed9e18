using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Prometheus;

namespace Collab.Grains.Log.Sqlite;

/// <summary>A few connections for reading, opened when first needed, used by one caller at a time.</summary>
internal sealed class SqliteReaders(SqliteFile file, int limit) : IDisposable
{
    private static readonly Gauge.Child ActiveConnections = LogMetrics.Connections.WithLabels("sqlite", "active");
    private static readonly Gauge.Child IdleConnections = LogMetrics.Connections.WithLabels("sqlite", "idle");

    private readonly SemaphoreSlim _free = new(limit);
    private readonly ConcurrentBag<SqliteReadConnection> _idle = [];
    private volatile bool _isDisposed;

    /// <summary>Runs the query on the thread pool: SQLite reads synchronously, and a grain's turn must not wait for a disk.</summary>
    public async ValueTask<T> RunAsync<T>(Func<SqliteReadConnection, T> query, CancellationToken cancellation)
    {
        await _free.WaitAsync(cancellation);
        try
        {
            return await Task.Run(() => Run(query), cancellation);
        }
        finally
        {
            _free.Release();
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        while (_idle.TryTake(out var connection))
        {
            IdleConnections.Dec();
            connection.Dispose();
        }
    }

    private T Run<T>(Func<SqliteReadConnection, T> query)
    {
        if (_isDisposed)
            throw new LogUnavailableException($"The log in {file.Path} is closed.", fault: LogFault.Stopping);
        SqliteReadConnection? connection = null;
        var isSound = false;
        ActiveConnections.Inc();
        try
        {
            if (_idle.TryTake(out connection))
                IdleConnections.Dec();
            else
                connection = new SqliteReadConnection(file.OpenForReading());
            var result = query(connection);
            isSound = true;
            return result;
        }
        catch (SqliteException exception)
        {
            throw SqliteFaults.Unavailable(exception, file.Path, "Reading from");
        }
        finally
        {
            ActiveConnections.Dec();
            // After a failure the next caller gets a fresh connection, and so does nobody after the end.
            if (isSound && !_isDisposed)
            {
                IdleConnections.Inc();
                _idle.Add(connection!);
            }
            else
            {
                connection?.Dispose();
            }
        }
    }
}
