using System.Buffers;
using System.IO.Pipelines;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Connections.Client;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Microsoft.AspNetCore.SignalR.Client;

/// <summary>
/// A WebSocket as the pair of pipes that a hub connection reads and writes. Two loops carry bytes between pipes and socket; the
/// first to end, for whatever reason, ends the other, and the reader of <see cref="Transport"/> sees that reason.
/// </summary>
internal sealed partial class WebSocketConnection : ConnectionContext
{
    private const int ReceiveSize = 4096;

    private readonly WebSocket _socket;
    private readonly WebSocketMessageType _messageType;
    private readonly TimeSpan _closeTimeout;
    private readonly ILogger _logger;
    private readonly Pipe _received;
    private readonly Pipe _toSend;
    private readonly CancellationTokenSource _aborted = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly Task _running;
    private int _disposed;

    public WebSocketConnection(WebSocket socket, HttpConnectionOptions options, ILogger logger)
    {
        _socket = socket;
        _messageType = options.DefaultTransferFormat == TransferFormat.Text ? WebSocketMessageType.Text : WebSocketMessageType.Binary;
        _closeTimeout = options.CloseTimeout;
        _logger = logger;
        _received = new Pipe(Limit(options.TransportMaxBufferSize));
        _toSend = new Pipe(Limit(options.ApplicationMaxBufferSize));
        Transport = new DuplexPipe(_received.Reader, _toSend.Writer);
        ConnectionClosed = _closed.Token;
        _running = Task.Run(RunAsync);
    }

    public override string ConnectionId { get; set; } = Guid.NewGuid().ToString("N");

    public override IDuplexPipe Transport { get; set; }

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new ConnectionItems();

    public override void Abort(ConnectionAbortedException abortReason) => Abort();

    public override void Abort() => _aborted.Cancel();

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            // The sending loop empties its pipe, then closes the socket; the other side's answer ends the receiving loop.
            await Transport.Output.CompleteAsync();
            await Transport.Input.CompleteAsync();
            _aborted.CancelAfter(_closeTimeout);
        }
        await _running;
        _aborted.Dispose();
        _closed.Dispose();
        await base.DisposeAsync();
    }

    private static PipeOptions Limit(long bytes) =>
        new(pauseWriterThreshold: bytes, resumeWriterThreshold: bytes / 2, useSynchronizationContext: false);

    private async Task RunAsync()
    {
        var receiving = ReceiveAsync();
        var sending = SendAsync();
        if (await Task.WhenAny(receiving, sending) == receiving && _disposed == 0)
        {
            // The other side has gone: what is not sent yet stays unsent. When we close, what was written still goes out.
            _toSend.Reader.CancelPendingRead();
        }
        await Task.WhenAll(receiving, sending);
        _socket.Dispose();
        await _closed.CancelAsync();
    }

    private async Task ReceiveAsync()
    {
        Exception? failure = null;
        try
        {
            while (true)
            {
                // Empty read first: it completes when there is something, and no buffer is held by connections that wait.
                var result = await _socket.ReceiveAsync(Memory<byte>.Empty, _aborted.Token);
                if (result.MessageType != WebSocketMessageType.Close)
                    result = await _socket.ReceiveAsync(_received.Writer.GetMemory(ReceiveSize), _aborted.Token);
                if (result.MessageType == WebSocketMessageType.Close)
                {
                    if (_socket.CloseStatus != WebSocketCloseStatus.NormalClosure)
                        throw new InvalidOperationException($"Websocket closed with error: {_socket.CloseStatus}.");
                    break;
                }
                _received.Writer.Advance(result.Count);

                // A flush per frame would wake the reader for each piece of a large message; it parses whole messages only.
                if (result.EndOfMessage || _received.Writer.UnflushedBytes >= ReceiveSize * 4)
                {
                    var flushed = await _received.Writer.FlushAsync();
                    if (flushed.IsCompleted)
                        break;
                }
            }
        }
        catch (OperationCanceledException) when (_disposed != 0)
        {
            // We closed, and the other side did not answer in time.
        }
        catch (Exception exception)
        {
            if (_disposed == 0)
                failure = exception is OperationCanceledException ? new ConnectionAbortedException() : exception;
        }
        if (failure is not null)
            LogReceiveFailed(failure, ConnectionId);
        await _received.Writer.CompleteAsync(failure);
    }

    private async Task SendAsync()
    {
        try
        {
            while (true)
            {
                var result = await _toSend.Reader.ReadAsync();
                var buffer = result.Buffer;
                if (!buffer.IsEmpty && !result.IsCanceled)
                    await SendAsync(buffer);
                _toSend.Reader.AdvanceTo(buffer.End);
                if (result.IsCompleted || result.IsCanceled)
                    break;
            }
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _aborted.Token);
        }
        catch (Exception exception)
        {
            LogSendFailed(exception, ConnectionId);

            // The receiving loop has the reason, or gets one from this.
            _socket.Abort();
        }
        await _toSend.Reader.CompleteAsync();
    }

    // What the hub connection has flushed at once is one message, its segments are the frames.
    private async ValueTask SendAsync(ReadOnlySequence<byte> buffer)
    {
        if (buffer.IsSingleSegment)
        {
            await _socket.SendAsync(buffer.First, _messageType, endOfMessage: true, _aborted.Token);
            return;
        }
        var position = buffer.Start;
        buffer.TryGet(ref position, out var segment);
        while (buffer.TryGet(ref position, out var next))
        {
            await _socket.SendAsync(segment, _messageType, endOfMessage: false, _aborted.Token);
            segment = next;
        }
        await _socket.SendAsync(segment, _messageType, endOfMessage: true, _aborted.Token);
    }

    [LoggerMessage(1, LogLevel.Debug, "Connection {ConnectionId} lost its WebSocket while receiving.")]
    private partial void LogReceiveFailed(Exception exception, string connectionId);

    [LoggerMessage(2, LogLevel.Debug, "Connection {ConnectionId} lost its WebSocket while sending.")]
    private partial void LogSendFailed(Exception exception, string connectionId);

    private sealed class DuplexPipe(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input { get; } = input;

        public PipeWriter Output { get; } = output;
    }
}
