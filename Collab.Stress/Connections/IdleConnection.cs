using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;

namespace Collab.Stress.Connections;

/// <summary>A client that connects and does nothing: a WebSocket, SignalR's handshake, and pings so that it is not taken for lost. By hand, since a whole client costs many times of what is measured here.</summary>
internal sealed class IdleConnection : IDisposable
{
    private const byte RecordSeparator = 0x1e;
    private const int MessageBytesLimit = 64 << 10;

    // Half of what a server waits for at least, unless it is told otherwise.
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private static readonly byte[] Handshake = [.. """{"protocol":"json","version":1}"""u8, RecordSeparator];
    private static readonly byte[] Ping = [.. """{"type":6}"""u8, RecordSeparator];

    private readonly ClientWebSocket _socket = new();
    private readonly ArrayBufferWriter<byte> _received = new(256);
    private Task _reading = Task.CompletedTask;

    private IdleConnection()
    {
        // SignalR has pings of its own.
        _socket.Options.KeepAliveInterval = TimeSpan.Zero;
        _socket.Options.CollectHttpResponseDetails = true;
    }

    /// <summary>Why the server does not want it, as an error code of the protocol; null while it has said nothing of the kind.</summary>
    public string? Refusal { get; private set; }

    /// <summary>Whether the server has not closed it.</summary>
    public bool IsOpen => !_reading.IsCompleted;

    /// <summary>Connects, and waits until the server has answered the handshake.</summary>
    /// <exception cref="ConnectionFailedException">It does not come to that.</exception>
    public static async Task<IdleConnection> OpenAsync(Uri hub, HttpMessageHandler handler, string? token, TimeSpan timeout)
    {
        var connection = new IdleConnection();
        using var patience = new CancellationTokenSource(timeout);
        try
        {
            if (token is not null)
                connection._socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
            using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
            await connection._socket.ConnectAsync(hub, invoker, patience.Token);
            await connection._socket.SendAsync(Handshake, WebSocketMessageType.Text, endOfMessage: true, patience.Token);
            RequireAccepted(await connection.ReceiveAsync(patience.Token));
            connection._reading = connection.ReadAsync();
            return connection;
        }
        catch (Exception failure) when (failure is not ConnectionFailedException)
        {
            var told = ConnectionFailedException.Of(failure, (int)connection._socket.HttpStatusCode);
            connection.Dispose();
            throw told;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Stays until <paramref name="over"/>, or until the server closes it.</summary>
    public async Task HoldAsync(CancellationToken over)
    {
        while (IsOpen && !over.IsCancellationRequested)
        {
            await Task.WhenAny(_reading, Task.Delay(PingInterval, over));
            if (!IsOpen || over.IsCancellationRequested)
                return;
            try
            {
                await _socket.SendAsync(Ping, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            }
            catch (WebSocketException)
            {
                // The server has gone; whoever reads finds out as well.
                await _reading;
            }
        }
    }

    /// <summary>Says goodbye, and waits for the server's.</summary>
    public async Task CloseAsync()
    {
        using var patience = new CancellationTokenSource(CloseTimeout);
        try
        {
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
            await _reading.WaitAsync(patience.Token);
        }
        catch (Exception end) when (end is OperationCanceledException or WebSocketException)
        {
            // It has gone already, or says nothing: it ends here then.
        }
    }

    public void Dispose() => _socket.Dispose();

    // An answer without an error is all that there is to it.
    private static void RequireAccepted(ReadOnlyMemory<byte> answer)
    {
        using var json = JsonDocument.Parse(answer);
        if (json.RootElement.TryGetProperty("error"u8, out var error))
            throw new ConnectionFailedException("handshake", $"The server refuses the handshake: {error}");
    }

    private async Task ReadAsync()
    {
        try
        {
            while (true)
            {
                using var message = JsonDocument.Parse(await ReceiveAsync(CancellationToken.None));
                if (message.RootElement.TryGetProperty("target"u8, out var target) && target.ValueEquals("refused"u8))
                    Refusal = message.RootElement.GetProperty("arguments"u8)[0].GetProperty("reason"u8).GetString();
            }
        }
        catch (Exception end) when (end is ConnectionFailedException or WebSocketException or IOException or JsonException or ObjectDisposedException)
        {
            // Closed, by either side, or as good as.
        }
    }

    // Up to the next separator; several messages may come at once, and one in pieces.
    private async Task<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken cancellation)
    {
        _received.ResetWrittenCount();
        while (true)
        {
            var received = await _socket.ReceiveAsync(_received.GetMemory(256), cancellation);
            if (received.MessageType == WebSocketMessageType.Close)
                throw new ConnectionFailedException("closed", $"The server closed the connection: {_socket.CloseStatus}.");
            _received.Advance(received.Count);
            if (_received.WrittenCount > MessageBytesLimit)
                throw new ConnectionFailedException("closed", $"The server says more than {MessageBytesLimit} bytes to somebody who is in no document.");
            int end = _received.WrittenSpan.IndexOf(RecordSeparator);
            if (end >= 0)
                return _received.WrittenMemory[..end];
        }
    }
}
