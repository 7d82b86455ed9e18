using System.Collections.Concurrent;
using Npgsql;
using Prometheus;

namespace Collab.Grains.Log.Postgres;

/// <summary>A few connections for one purpose, opened when first needed, used by one caller at a time, thrown away after a failure.</summary>
/// <param name="limit">How many there are at most.</param>
/// <param name="purpose">What they are for, and what limits them, for messages: <c>reading (Collab:Log:ReaderConnectionsLimit)</c>.</param>
internal sealed class PostgresConnections(PostgresDatabase database, int limit, string purpose) : IDisposable
{
    private static readonly Gauge.Child ActiveConnections = LogMetrics.Connections.WithLabels("postgresql", "active");
    private static readonly Gauge.Child IdleConnections = LogMetrics.Connections.WithLabels("postgresql", "idle");

    private readonly SemaphoreSlim _free = new(limit);
    private readonly ConcurrentStack<NpgsqlConnection> _idle = [];
    private volatile bool _isDisposed;

    /// <summary>Runs the work on a connection. What is left open of a transaction when it fails is undone with the connection.</summary>
    /// <exception cref="LogUnavailableException">The work failed, or no connection became free in time; whether a change happened may be unknown.</exception>
    public async ValueTask<T> RunAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        if (!await _free.WaitAsync(database.CommandTimeout, cancellation))
        {
            throw new LogUnavailableException(
                $"All {limit} connections to {database.Name} for {purpose} were in use for {database.CommandTimeout.TotalSeconds} s.", fault: LogFault.Busy);
        }

        // A caller that gives up goes at once. Giving up a command on a server that does not answer can itself take a moment; that happens behind its
        // back, and the connection counts as in use until then. Not disposed: it has no timer, and may be cancelled when all is over.
        var ending = new CancellationTokenSource();
        var running = RunOnFreeAsync(work, ending.Token);
        await using var registration = cancellation.UnsafeRegister(static state => _ = ((CancellationTokenSource)state!).CancelAsync(), ending);
        try
        {
            return await running.WaitAsync(cancellation);
        }
        catch (OperationCanceledException) when (!running.IsCompleted)
        {
            // Nobody asks any more how it ended.
            _ = running.ContinueWith(static ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw;
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        DropIdle();
    }

    private async Task<T> RunOnFreeAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken ending)
    {
        NpgsqlConnection? connection = null;
        var isSound = false;
        ActiveConnections.Inc();
        try
        {
            if (_isDisposed)
                throw new LogUnavailableException($"The log in {database.Name} is closed.", fault: LogFault.Stopping);
            if (_idle.TryPop(out connection))
                IdleConnections.Dec();
            else
                connection = await database.ConnectAsync(ending);
            var result = await work(connection, ending);
            isSound = true;
            return result;
        }
        catch (HistoryTrimmedException)
        {
            // An answer, not a failure.
            isSound = true;
            throw;
        }
        catch (Exception exception) when (PostgresFaults.Unavailable(exception, database.Name) is { } unavailable)
        {
            // Whatever cut this connection off has most likely cut off those that lie idle too; else each of them would fail somebody's call.
            if (connection is null or { State: not System.Data.ConnectionState.Open })
                DropIdle();
            throw unavailable;
        }
        finally
        {
            try
            {
                if (isSound && !_isDisposed)
                    Keep(connection!);
                else if (connection is not null)
                    await connection.DisposeAsync();
            }
            finally
            {
                ActiveConnections.Dec();
                _free.Release();
            }
        }
    }

    private void Keep(NpgsqlConnection connection)
    {
        IdleConnections.Inc();
        _idle.Push(connection);
        // Closed between asking and keeping.
        if (_isDisposed)
            DropIdle();
    }

    private void DropIdle()
    {
        while (_idle.TryPop(out var connection))
        {
            IdleConnections.Dec();
            connection.Dispose();
        }
    }
}
