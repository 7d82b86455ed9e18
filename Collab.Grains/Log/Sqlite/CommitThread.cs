using System.Collections.Immutable;

namespace Collab.Grains.Log.Sqlite;

/// <summary>Appends that wait for their turn, and the one thread that commits them, one call after the other.</summary>
/// <remarks>
/// A thread of its own, as for <see cref="SqliteWriteThread"/>: it waits for the disk. Whoever awaits a call may go on here, and not wait
/// for a place on the thread pool: right for <see cref="LogWriter"/>, which then hands in the next batch at once; wrong for anybody who might block.
/// </remarks>
internal sealed class CommitThread : IDisposable
{
    private readonly Queue<Call> _calls = [];
    private readonly Action<Call> _commit;
    private readonly Thread _thread;
    private bool _isClosed;

    public CommitThread(Action<Call> commit)
    {
        _commit = commit;
        _thread = new Thread(Run) { IsBackground = true, Name = "collab-log-commit" };
        _thread.Start();
    }

    /// <returns>False when it is closed.</returns>
    public bool TryAdd(Call call)
    {
        lock (_calls)
        {
            if (_isClosed)
                return false;
            _calls.Enqueue(call);
            Monitor.Pulse(_calls);
            return true;
        }
    }

    /// <summary>Commits what was handed in, then ends.</summary>
    public void Dispose()
    {
        lock (_calls)
        {
            _isClosed = true;
            Monitor.Pulse(_calls);
        }

        if (Thread.CurrentThread != _thread)
            _thread.Join();
    }

    private void Run()
    {
        while (Next() is { } call)
        {
            if (call.Cancellation.IsCancellationRequested)
                call.Completion.TrySetCanceled(call.Cancellation);
            else
                _commit(call);
        }
    }

    private Call? Next()
    {
        lock (_calls)
        {
            while (_calls.Count == 0)
            {
                if (_isClosed)
                    return null;
                Monitor.Wait(_calls);
            }

            return _calls.Dequeue();
        }
    }

    /// <summary>One call of <see cref="SqliteOperationLog.AppendAsync"/>.</summary>
    /// <param name="goesOn">Whether whoever awaits it goes on where it is completed.</param>
    public sealed class Call(IReadOnlyList<LogAppend> appends, bool goesOn, CancellationToken cancellation)
    {
        public IReadOnlyList<LogAppend> Appends => appends;

        public CancellationToken Cancellation => cancellation;

        public TaskCompletionSource<ImmutableArray<AppendOutcome>> Completion { get; } =
            new(goesOn ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
