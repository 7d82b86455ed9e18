using System.IO.Pipelines;
using System.Net.Sockets;

namespace Collab.Web.Sockets;

/// <summary>
/// The sending half of a connection that was handed over: whole WebSocket frames, one after another, whoever brings them: <see cref="System.Net.WebSockets.WebSocket"/> with its pongs and its goodbye, and the outbox with messages that are frames
/// already, the same bytes for all connections that get them.
/// </summary>
/// <param name="socket">
/// What frames are written to by whoever brings them, as soon as the client has sent something: then it has what HTTP had put into the pipe. Null: all goes by the pipe, which copies each frame and sends it from a loop of its own.
/// </param>
internal sealed class FrameOutput(PipeWriter pipe, Socket? socket)
{
    private const byte CloseFrame = 0x88;

    private readonly Lock _gate = new();
    private Task _writing = Task.CompletedTask;
    private bool _isClosed;
    private volatile bool _isHeard;

    /// <summary>The client has sent something over the WebSocket.</summary>
    public void Hear() => _isHeard = true;

    /// <summary>Writes a frame behind those that are on their way.</summary>
    /// <exception cref="IOException">The goodbye has been written, or the connection takes nothing any more.</exception>
    /// <exception cref="SocketException">The connection is gone.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> frame)
    {
        lock (_gate)
        {
            if (_isClosed)
                throw new IOException("The WebSocket's goodbye has been written; nothing may follow it.");
            _isClosed = frame.Span[0] == CloseFrame;
            var writing = _writing.IsCompleted ? Begin(frame) : BeginAfterAsync(_writing, frame);
            if (writing.IsCompletedSuccessfully)
                return default;
            // More than one may wait for it: who brought it, and who brings the next.
            _writing = writing.AsTask();
            return new ValueTask(_writing);
        }
    }

    private ValueTask Begin(ReadOnlyMemory<byte> frame)
    {
        if (socket is null || !_isHeard)
            return WriteToPipeAsync(frame);
        var sending = socket.SendAsync(frame, SocketFlags.None);
        if (!sending.IsCompletedSuccessfully)
            return SentAsync(sending);
        // A stream's socket sends all of it, or fails.
        _ = sending.Result;
        return default;
    }

    private async ValueTask BeginAfterAsync(Task before, ReadOnlyMemory<byte> frame)
    {
        // How it failed is for who brought it; this one fails by itself.
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Begin(frame).ConfigureAwait(false);
    }

    private async ValueTask WriteToPipeAsync(ReadOnlyMemory<byte> frame)
    {
        var flushed = await pipe.WriteAsync(frame).ConfigureAwait(false);
        if (flushed.IsCompleted)
            throw new IOException("The connection takes nothing any more.");
    }

    private static async ValueTask SentAsync(ValueTask<int> sending) => await sending.ConfigureAwait(false);
}
