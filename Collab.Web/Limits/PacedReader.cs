using System.Buffers;
using System.IO.Pipelines;
using Collab.Web.Messages;

namespace Collab.Web.Limits;

/// <summary>Takes from a connection of SignalR's what its <see cref="ReceivePace"/> allows.</summary>
internal sealed class PacedReader(PipeReader inner, ClientLimits limits, TimeProvider clock) : PipeReader
{
    private ReadOnlySequence<byte> _read;
    private TimeSpan _wait;
    private CancellationTokenSource? _waiting;

    public ReceivePace Pace { get; } = new(limits, clock);

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
        _wait = Pace.Take(messages, taken.Length);
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
        Pace.Hear();
        return result;
    }
}
