using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Collab.Web.Sockets;

/// <summary>A connection's pipes for whoever may block: what has waited for them goes on in the pool, where the runtime may have it go on on the thread that polls all sockets (<see cref="InlineScheduling"/>).</summary>
internal sealed class PooledTransport(IDuplexPipe transport) : IDuplexPipe
{
    public PipeReader Input { get; } = new Reader(transport.Input);

    public PipeWriter Output { get; } = new Writer(transport.Output);

    // What has not waited goes on where it is.
    private static ValueTask<T> InPool<T>(ValueTask<T> waiting) => waiting.IsCompleted ? waiting : InPoolAsync(waiting);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<T> InPoolAsync<T>(ValueTask<T> waiting)
    {
        var result = await waiting.ConfigureAwait(false);
        if (!Thread.CurrentThread.IsThreadPoolThread)
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        return result;
    }

    private sealed class Reader(PipeReader input) : PipeReader
    {
        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => InPool(input.ReadAsync(cancellationToken));

        public override bool TryRead(out ReadResult result) => input.TryRead(out result);

        public override void AdvanceTo(SequencePosition consumed) => input.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => input.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => input.CancelPendingRead();

        public override void Complete(Exception? exception = null) => input.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => input.CompleteAsync(exception);
    }

    private sealed class Writer(PipeWriter output) : PipeWriter
    {
        public override bool CanGetUnflushedBytes => output.CanGetUnflushedBytes;

        public override long UnflushedBytes => output.UnflushedBytes;

        public override Memory<byte> GetMemory(int sizeHint = 0) => output.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => output.GetSpan(sizeHint);

        public override void Advance(int bytes) => output.Advance(bytes);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => InPool(output.FlushAsync(cancellationToken));

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) => InPool(output.WriteAsync(source, cancellationToken));

        public override void CancelPendingFlush() => output.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => output.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => output.CompleteAsync(exception);
    }
}
