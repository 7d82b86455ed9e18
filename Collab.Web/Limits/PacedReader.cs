using System.Buffers;
using System.IO.Pipelines;
using Collab.Observability;
using Collab.Resilience;
using Collab.Web.Messages;

namespace Collab.Web.Limits;

/// <summary>
/// Takes from one connection only so many messages and bytes a second. What comes faster stays in the socket until its time, so that its sender, and nobody else, is slowed down. It counts what is
/// taken, before anybody looks at it: pings and what is no message at all count, too.
/// </summary>
internal sealed class PacedReader(PipeReader inner, ClientLimits limits, TimeProvider clock) : PipeReader
{
    // SignalR gives a connection up that is not read from for 30 s.
    private static readonly TimeSpan WaitLimit = TimeSpan.FromSeconds(10);

    private readonly RateBucket _messages = new(limits.MessagesPerSecond, clock);
    private readonly RateBucket _bytes = new(limits.ReceivedBytesPerSecond, clock);
    private ReadOnlySequence<byte> _read;
    private TimeSpan _wait;
    private CancellationTokenSource? _waiting;
    private long _heardAt = clock.GetTimestamp();

    /// <summary>For how long nothing came, a ping included.</summary>
    public TimeSpan SilentFor => clock.GetElapsedTime(Volatile.Read(ref _heardAt));

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_wait > TimeSpan.Zero)
            return ReadLaterAsync(cancellationToken);
        var read = inner.ReadAsync(cancellationToken);
        return read.IsCompletedSuccessfully ? new(Remember(read.Result)) : RememberAsync(read);
    }

    public override bool TryRead(out ReadResult result)
    {
        bool isRead = inner.TryRead(out result);
        if (isRead)
            Remember(result);
        return isRead;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        Pay(_read.Slice(0, consumed));
        _read = default;
        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead()
    {
        inner.CancelPendingRead();
        try
        {
            Volatile.Read(ref _waiting)?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just waited enough.
        }
    }

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    private void Pay(in ReadOnlySequence<byte> taken)
    {
        long messages = 0;
        foreach (var part in taken)
            messages += part.Span.Count(CollabHubProtocol.RecordSeparator);
        var (slow, large) = (_messages.Take(messages), _bytes.Take(taken.Length));
        if (slow > TimeSpan.Zero)
            LimitMetrics.Reached(Limit.ConnectionMessages);
        if (large > TimeSpan.Zero)
            LimitMetrics.Reached(Limit.ConnectionBytes);
        var wait = slow > large ? slow : large;
        _wait = wait < WaitLimit ? wait : WaitLimit;
    }

    private async ValueTask<ReadResult> ReadLaterAsync(CancellationToken cancellation)
    {
        using (var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellation))
        {
            Volatile.Write(ref _waiting, waiting);
            await Task.Delay(_wait, clock, waiting.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Volatile.Write(ref _waiting, null);
        }

        _wait = TimeSpan.Zero;
        return Remember(await inner.ReadAsync(cancellation));
    }

    private async ValueTask<ReadResult> RememberAsync(ValueTask<ReadResult> read) => Remember(await read);

    private ReadResult Remember(ReadResult result)
    {
        _read = result.Buffer;
        Volatile.Write(ref _heardAt, clock.GetTimestamp());
        return result;
    }
}
