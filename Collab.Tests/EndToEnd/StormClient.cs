using System.Globalization;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;

namespace Collab.Tests.EndToEnd;

/// <summary>One of very many who join a large document at once: keeps nothing of what it gets but the snapshot's revision and hash.</summary>
internal sealed class StormClient : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _writing = new(1);
    private readonly CancellationTokenSource _disposed = new();
    private readonly byte[] _buffer = new byte[32 << 10];
    private ReadOnlyMemory<byte> _received;
    private long _receivedBytes;

    public static async Task<StormClient> ConnectAsync(Uri server)
    {
        var client = new StormClient();
        await client._socket.ConnectAsync(new UriBuilder(new Uri(server, "collab")) { Scheme = "ws" }.Uri, default);
        await client.SendAsync("""{"protocol":"json","version":1}""");
        // The answer to the handshake.
        await client.ReadUntilAsync("\u001e");
        _ = client.PingAsync();
        return client;
    }

    /// <summary>Joins, and reads the snapshot of a text that has nothing to escape in it.</summary>
    public async Task<(long Revision, string Hash, long Length)> JoinAsync(string document)
    {
        await SendAsync($$"""{"type":1,"target":"join","arguments":[{"document":"{{document}}","version":1}]}""");
        await ReadUntilAsync("\"snapshot\":{\"revision\":");
        string revision = await ReadUntilAsync(",\"content\":\"");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long length = 0;
        while (true)
        {
            await ReceiveAsync();
            int end = _received.Span.IndexOf((byte)'"');
            var piece = end < 0 ? _received : _received[..end];
            hash.AppendData(piece.Span);
            length += piece.Length;
            _received = _received[piece.Length..];
            if (end >= 0)
                return (long.Parse(revision, CultureInfo.InvariantCulture), Convert.ToHexString(hash.GetHashAndReset()), length);
        }
    }

    public void Dispose()
    {
        _disposed.Cancel();
        _socket.Dispose();
    }

    private async Task SendAsync(string frame)
    {
        await _writing.WaitAsync();
        try
        {
            await _socket.SendAsync(Encoding.UTF8.GetBytes(frame + '\u001e'), WebSocketMessageType.Text, endOfMessage: true, default);
        }
        finally
        {
            _writing.Release();
        }
    }

    // The server takes a client that says nothing for 30 s for gone, and on a busy machine the last may have waited that long for the others.
    private async Task PingAsync()
    {
        while (!_disposed.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromSeconds(5), _disposed.Token);
            await SendAsync("""{"type":6}""");
        }
    }

    /// <summary>What comes before <paramref name="mark"/>; goes on after it.</summary>
    private async Task<string> ReadUntilAsync(string mark)
    {
        var text = new StringBuilder();
        while (true)
        {
            await ReceiveAsync();
            text.Append((char)_received.Span[0]);
            _received = _received[1..];
            if (text.Length >= mark.Length && text.ToString(text.Length - mark.Length, mark.Length) == mark)
                return text.ToString(0, text.Length - mark.Length);
        }
    }

    private async Task ReceiveAsync()
    {
        while (_received.IsEmpty)
        {
            ValueWebSocketReceiveResult received;
            try
            {
                received = await _socket.ReceiveAsync(_buffer.AsMemory(), default);
            }
            catch (WebSocketException cut)
            {
                throw new InvalidOperationException($"The server cut a client off after it had taken {_receivedBytes} bytes.", cut);
            }

            Assert.NotEqual(WebSocketMessageType.Close, received.MessageType);
            _receivedBytes += received.Count;
            _received = _buffer.AsMemory(0, received.Count);
        }
    }
}
