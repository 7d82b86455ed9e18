using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Collab.Web.Sockets;

/// <summary>A connection that was handed over, as a <see cref="System.Net.WebSockets.WebSocket"/> reads and writes it.</summary>
/// <remarks>To dispose of it does nothing: WebSocket does so when the last frame is written, which is not yet sent.</remarks>
internal sealed class TransportStream(PipeReader input, FrameOutput output) : Stream
{
    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var reading = input.ReadAsync(cancellationToken);
        if (!reading.IsCompletedSuccessfully)
            return AwaitAsync(reading, buffer, cancellationToken);
        var result = reading.Result;
        return result.IsCanceled ? AwaitAsync(input.ReadAsync(cancellationToken), buffer, cancellationToken) : new ValueTask<int>(Take(result, buffer.Span));
    }

    /// <summary>WebSocket writes whole frames, and cancels none.</summary>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => output.WriteAsync(buffer);

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> AwaitAsync(ValueTask<ReadResult> reading, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var result = await reading;
        // HTTP cancels a read as the host stops, of which this one is told otherwise.
        while (result.IsCanceled)
            result = await input.ReadAsync(cancellationToken);
        return Take(result, buffer.Span);
    }

    private int Take(ReadResult result, Span<byte> buffer)
    {
        if (!result.Buffer.IsEmpty)
            output.Hear();
        int count = (int)Math.Min(result.Buffer.Length, buffer.Length);
        var taken = result.Buffer.Slice(0, count);
        taken.CopyTo(buffer);
        // From here on its segments are the pipe's again.
        input.AdvanceTo(taken.End);
        return count;
    }
}
