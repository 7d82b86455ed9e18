using System.Collections.Immutable;
using System.IO.Pipes;

namespace Collab.Grains.Log.Sqlite;

/// <summary>Appends that wait for their turn, and the one thread that commits them, one call after the other.</summary>
/// <remarks>
/// A thread of its own, as for <see cref="SqliteWriteThread"/>: it waits for the disk. Whoever awaits a call may go on here, and not wait
/// for a place on the thread pool: right for <see cref="LogWriter"/>, which then hands in the next batch at once; wrong for anybody who might block.
/// <para>It sleeps in the read of a pipe. A <see cref="Monitor"/> that is pulsed wakes its waiter while its own locks are still held: on one core five switches of threads for each commit, where a byte in a pipe takes one.</para>
/// </remarks>
internal sealed class CommitThread : IDisposable
{
    private readonly Queue<Call> _calls = [];
    private readonly Action<Call> _commit;
    private readonly AnonymousPipeServerStream _alarm = new(PipeDirection.Out);
    private readonly Thread _thread;
    private bool _isAsleep;
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
        bool isAsleep;
        lock (_calls)
        {
            if (_isClosed)
                return false;
            _calls.Enqueue(call);
            isAsleep = TakeSleep();
        }

        if (isAsleep)
            _alarm.WriteByte(0);
        return true;
    }

    /// <summary>Commits what was handed in, then ends.</summary>
    public void Dispose()
    {
        bool isAsleep;
        lock (_calls)
        {
            _isClosed = true;
            isAsleep = TakeSleep();
        }

        if (isAsleep)
            _alarm.WriteByte(0);
        if (Thread.CurrentThread != _thread)
            _thread.Join();
        // Whoever found it asleep before has written: it would not have ended otherwise.
        _alarm.Dispose();
    }

    private void Run()
    {
        using var alarm = new AnonymousPipeClientStream(PipeDirection.In, _alarm.ClientSafePipeHandle);
        while (true)
        {
            if (!TryTake(out var call))
                alarm.ReadByte();
            else if (call is null)
                return;
            else if (call.Cancellation.IsCancellationRequested)
                call.TrySetCanceled(call.Cancellation);
            else
                _commit(call);
        }
    }

    /// <param name="call">Null when there will be no more.</param>
    /// <returns>False when there is none: then whoever brings one writes into the pipe.</returns>
    private bool TryTake(out Call? call)
    {
        lock (_calls)
        {
            _isAsleep = !_calls.TryDequeue(out call) && !_isClosed;
            return !_isAsleep;
        }
    }

    private bool TakeSleep()
    {
        bool was = _isAsleep;
        _isAsleep = false;
        return was;
    }

    /// <summary>One call of <see cref="SqliteOperationLog.AppendAsync"/>.</summary>
    /// <param name="goesOn">Whether whoever awaits it goes on where it is completed.</param>
    public sealed class Call(IReadOnlyList<LogAppend> appends, bool goesOn, CancellationToken cancellation)
        : TaskCompletionSource<ImmutableArray<AppendOutcome>>(goesOn ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public IReadOnlyList<LogAppend> Appends => appends;

        public CancellationToken Cancellation => cancellation;
    }
}
