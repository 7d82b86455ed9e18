using System.Buffers;
using System.Net.WebSockets;
using Collab.Observability;
using Collab.Web.Connections;
using Collab.Web.Delivery;
using Collab.Web.Limits;
using Collab.Web.Messages;

namespace Collab.Web.Sockets;

/// <summary>
/// One client's WebSocket, served without SignalR: what comes is read from the socket into one buffer and handed to <see cref="ClientVerbs"/> where it lies, what goes is written to the socket by the outbox. No pipe, no queue and no
/// other thread stands between. On the wire it is SignalR's hub protocol, handshake, pings and goodbye included.
/// </summary>
internal sealed partial class ClientSocket(WebSocket socket, Handshake handshake, SocketServer server, ConnectionHandover? handover = null, FrameOutput? output = null) : IClientTransport
{
    // What most messages fit into; larger ones double it.
    private const int ReadBytes = 4 << 10;

    // One frame of WebSocket's: more is sent in fragments, of which one at a time is copied.
    private const int FragmentBytes = 64 << 10;

    // So many messages are handled in one go before others have their turn: who sends without end may have thousands in the socket.
    private const int RunLimit = 64;

    private readonly ReceivePace _pace = server.NewPace();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _acceptedAt = server.Time.GetTimestamp();
    private ClientConnection? _connection;
    private ServerMessage? _lastWords;
    private long _pingedAt = server.Time.GetTimestamp();
    private long _sendingSince;
    private volatile bool _isEnding;
    private volatile bool _isWaiting;

    public string Id { get; } = SocketServer.NewId();

    public Handshake Handshake => handshake;

    public TimeSpan SilentFor => _pace.SilentFor;

    /// <summary>Serves it until it is over.</summary>
    public async Task RunAsync()
    {
        var reading = ReadAsync();
        await Task.WhenAny(reading, _ended.Task);
        if (_connection is { } connection)
        {
            if (_lastWords is { } words)
            {
                connection.Outbox.Post(words);
                await WaitAsync(connection.Outbox.WhenDrained());
            }

            server.Close(this);
        }

        _isEnding = true;
        var closing = CloseAsync();
        await WaitAsync(Task.WhenAll(reading, closing));
        if (!reading.IsCompleted || !closing.IsCompleted)
        {
            // What takes too long ends now.
            Cut();
            await Task.WhenAll(reading, closing);
        }

        // It may have got through its handshake just when that was given up.
        server.Close(this);
    }

    /// <summary>Ends it with SignalR's goodbye, as the host stops.</summary>
    public void SayGoodbye() => End(ServerMessages.Goodbye);

    public void Abort() => End(null);

    public ValueTask SendAsync(OutboxBurst burst)
    {
        var message = output is null ? burst.Whole : burst.Frame;
        if (message.IsEmpty || message.Length > FragmentBytes)
            return SendFragmentsAsync(burst);
        try
        {
            var sending = output is null ? socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, default) : output.WriteAsync(message);
            return sending.IsCompletedSuccessfully ? default : AwaitAsync(sending);
        }
        catch (Exception)
        {
            Abort();
            return default;
        }
    }

    /// <summary>Once a second: pings, and gives up what does not live any more.</summary>
    public void Beat()
    {
        var time = server.Time;
        if (_connection is not { } connection)
        {
            if (time.GetElapsedTime(_acceptedAt) > SocketServer.HandshakeTimeout)
                Abort();
            return;
        }

        if (Volatile.Read(ref _sendingSince) is > 0 and var since && time.GetElapsedTime(since) > server.SendTimeout)
        {
            Cut();
            Abort();
        }
        else if (!_isWaiting && _pace.SilentFor > server.ClientTimeout)
        {
            Abort();
        }
        else if (time.GetElapsedTime(_pingedAt) >= server.KeepAliveInterval)
        {
            _pingedAt = time.GetTimestamp();
            connection.Outbox.Ping();
        }
    }

    /// <summary>Ends it under whoever is reading or writing.</summary>
    private void Cut()
    {
        socket.Abort();
        handover?.Abort();
    }

    private void End(ServerMessage? lastWords)
    {
        _lastWords ??= lastWords;
        _ended.TrySetResult();
    }

    /// <summary>Reads until the client has closed the WebSocket, or has broken a rule. Never fails.</summary>
    private async Task ReadAsync()
    {
        byte[] buffer = [];
        int held = 0, run = 0;
        try
        {
            while (true)
            {
                // Of an idle connection nothing is held: an empty read ends when there is something.
                // And never more than one byte over the limit: then a message that is too long is one that has no end in the buffer.
                var receiving = socket.ReceiveAsync(buffer.AsMemory(held, Math.Min(buffer.Length - held, server.MessageBytesLimit + 1 - held)), default);
                if (!receiving.IsCompleted)
                    run = 0;
                var received = await receiving;
                if (received.MessageType == WebSocketMessageType.Close)
                    return;
                _pace.Hear();
                if (_isEnding)
                {
                    held = 0;
                    buffer = Grow(buffer, 0);
                    continue;
                }

                int fresh = held;
                held += received.Count;
                int taken = 0;
                if (_connection is null && received.Count > 0)
                {
                    taken = await GreetAsync(buffer.AsMemory(0, held));
                    if (taken < 0)
                        return;
                    fresh = taken;
                }

                int messages = 0;
                if (_connection is { } connection)
                    taken = Take(connection, buffer.AsSpan(0, held), taken, fresh, out messages);
                if (taken > 0)
                {
                    held -= taken;
                    buffer.AsSpan(taken, held).CopyTo(buffer);
                    await PayAsync(messages, taken);
                    run += messages;
                    if (run >= RunLimit)
                    {
                        run = 0;
                        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                    }
                }

                if (held > server.MessageBytesLimit)
                {
                    LogTooLarge(server.MessageBytesLimit);
                    // Nothing more is read: it would only be thrown away.
                    End(ServerMessages.BadEnd);
                    return;
                }

                if (held == 0 && received.Count > 0)
                    buffer = Return(buffer);
                else if (held == buffer.Length)
                    buffer = Grow(buffer, held);
            }
        }
        catch (Exception failure) when (failure is WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException or IOException)
        {
            // The client is gone without a goodbye, or talks something else than WebSocket.
        }
        catch (Exception failure)
        {
            UnhandledExceptions.Hub.Inc();
            LogReadFailed(failure);
        }
        finally
        {
            Return(buffer);
        }
    }

    /// <summary>Handles the messages that are whole.</summary>
    /// <param name="start">Where the first one begins.</param>
    /// <param name="scanned">Up to where it is known to have no end.</param>
    /// <returns>Where the first one begins that is not whole.</returns>
    private int Take(ClientConnection connection, ReadOnlySpan<byte> bytes, int start, int scanned, out int messages)
    {
        messages = 0;
        while (bytes[scanned..].IndexOf(CollabHubProtocol.RecordSeparator) is >= 0 and var length)
        {
            int end = scanned + length;
            Handle(connection, bytes[start..end]);
            start = scanned = end + 1;
            messages++;
        }

        return start;
    }

    private void Handle(ClientConnection connection, ReadOnlySpan<byte> frame)
    {
        try
        {
            if (_isEnding || server.Protocol.ReadFrame(frame) is not { } message)
                return;
            if (server.IsMeasured)
                ConnectionMetrics.Received(message);
            ClientVerbs.Handle(connection, message);
        }
        catch (Exception failure)
        {
            // The others of the connection are none the worse for it.
            UnhandledExceptions.Hub.Inc();
            LogMessageFailed(failure);
        }
    }

    /// <summary>SignalR's handshake, the first message of a connection.</summary>
    /// <returns>How many bytes it had; 0 if it is not whole, −1 if it was refused.</returns>
    private async ValueTask<int> GreetAsync(ReadOnlyMemory<byte> bytes)
    {
        int taken = HubHandshake.Read(bytes, server.Protocol, out string? error);
        if (taken == 0)
            return 0;
        await socket.SendAsync(HubHandshake.Answer(error), WebSocketMessageType.Text, endOfMessage: true, default);
        if (error is not null)
            return -1;
        _connection = server.Open(this);
        return taken;
    }

    private async ValueTask PayAsync(int messages, int bytes)
    {
        var wait = _pace.Take(messages, bytes);
        if (wait == TimeSpan.Zero)
            return;
        _isWaiting = true;
        await Task.WhenAny(Task.Delay(wait, server.Time), _ended.Task);
        _pace.Hear();
        _isWaiting = false;
    }

    private async ValueTask SendFragmentsAsync(OutboxBurst burst)
    {
        byte[] fragment = ArrayPool<byte>.Shared.Rent(FragmentBytes);
        int message = 0, start = 0;
        Volatile.Write(ref _sendingSince, server.Time.GetTimestamp());
        try
        {
            for (int left = burst.Bytes; left > 0;)
            {
                int bytes = burst.CopyTo(ref message, ref start, fragment.AsSpan(0, FragmentBytes));
                left -= bytes;
                await socket.SendAsync(fragment.AsMemory(0, bytes), WebSocketMessageType.Text, endOfMessage: left == 0, default);
            }
        }
        catch (Exception)
        {
            Abort();
        }
        finally
        {
            Volatile.Write(ref _sendingSince, 0);
            ArrayPool<byte>.Shared.Return(fragment);
        }
    }

    private async ValueTask AwaitAsync(ValueTask sending)
    {
        Volatile.Write(ref _sendingSince, server.Time.GetTimestamp());
        try
        {
            await sending;
        }
        catch (Exception)
        {
            // Whatever it was, the client is gone.
            Abort();
        }
        finally
        {
            Volatile.Write(ref _sendingSince, 0);
        }
    }

    /// <summary>Closes this direction of the WebSocket. Never fails.</summary>
    private async Task CloseAsync()
    {
        try
        {
            if (_connection is null && _ended.Task.IsCompleted)
                await socket.SendAsync(HubHandshake.Answer("Handshake was canceled."), WebSocketMessageType.Text, endOfMessage: true, default);
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", default);
        }
        catch (Exception)
        {
            // There is nobody to say it to any more.
        }
    }

    /// <summary>Waits, but not for ever: the other end may be gone, or take nothing.</summary>
    private Task WaitAsync(Task what) => what.IsCompleted ? Task.CompletedTask : WaitSomeTimeAsync(what);

    private async Task WaitSomeTimeAsync(Task what) => await what.WaitAsync(SocketServer.CloseTimeout, server.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private static byte[] Grow(byte[] buffer, int held)
    {
        if (buffer.Length > held)
            return buffer;
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(ReadBytes, 2 * buffer.Length));
        buffer.AsSpan(0, held).CopyTo(larger);
        Return(buffer);
        return larger;
    }

    private static byte[] Return(byte[] buffer)
    {
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
        return [];
    }
}
