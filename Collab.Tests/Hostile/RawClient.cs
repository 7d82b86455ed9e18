using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Collab.Tests.Hostile;

/// <summary>A TCP connection that says whatever it is told to, byte for byte, and keeps what it hears.</summary>
internal sealed partial class RawClient : IAsyncDisposable
{
    public const byte Text = 1, Binary = 2, Continuation = 0, Close = 8, Ping = 9;

    // Reaching it means that it will not happen.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private readonly Socket _socket;
    private readonly HeardBytes _heard = new();
    private readonly Task _listening;

    private RawClient(Socket socket, bool listens)
    {
        _socket = socket;
        _listening = listens ? ListenAsync() : Task.CompletedTask;
    }

    /// <summary>Whether the server has closed the connection.</summary>
    public bool IsClosed => _listening.IsCompleted;

    /// <summary>All that it heard.</summary>
    public string Heard => _heard.ToString();

    /// <param name="listens">Otherwise it reads nothing at all.</param>
    public static async Task<RawClient> ConnectAsync(Uri server, bool listens = true)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (!listens)
            socket.ReceiveBufferSize = 8 << 10;
        await socket.ConnectAsync(server.Host, server.Port);
        return new RawClient(socket, listens);
    }

    /// <summary>A WebSocket at the hub.</summary>
    public static async Task<RawClient> UpgradeAsync(Uri server, bool listens = true)
    {
        var client = await ConnectAsync(server, listens);
        await client.SendAsync(Upgrade(server));
        if (listens)
            await client.WhenHeardAsync("101 Switching Protocols");
        return client;
    }

    /// <summary>A connection through SignalR's handshake.</summary>
    public static async Task<RawClient> OpenAsync(Uri server, bool listens = true)
    {
        var client = await UpgradeAsync(server, listens);
        await client.SayAsync("""{"protocol":"json","version":1}""");
        if (listens)
            await client.WhenHeardAsync("{}\u001e");
        return client;
    }

    public static string Upgrade(Uri server, string path = "/collab") =>
        $"GET {path} HTTP/1.1\r\nHost: {server.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";

    /// <summary>An invocation of the protocol.</summary>
    public static string Invoke(string target, string argument) => $$"""{"type":1,"target":"{{target}}","arguments":[{{argument}}]}""";

    /// <summary>A frame as a browser sends it; what is wrong with it is said.</summary>
    public static byte[] Frame(byte[] payload, byte opcode = Text, bool isLast = true, bool isMasked = true, long? length = null)
    {
        var frame = new MemoryStream();
        frame.WriteByte((byte)((isLast ? 0x80 : 0) | opcode));
        long told = length ?? payload.Length;
        byte masked = (byte)(isMasked ? 0x80 : 0);
        Span<byte> number = stackalloc byte[8];
        if (told < 126)
        {
            frame.WriteByte((byte)(masked | (byte)told));
        }
        else if (told <= ushort.MaxValue)
        {
            frame.WriteByte((byte)(masked | 126));
            BinaryPrimitives.WriteUInt16BigEndian(number, (ushort)told);
            frame.Write(number[..2]);
        }
        else
        {
            frame.WriteByte((byte)(masked | 127));
            BinaryPrimitives.WriteInt64BigEndian(number, told);
            frame.Write(number);
        }

        // The mask 0 leaves the payload as it is.
        if (isMasked)
            frame.Write([0, 0, 0, 0]);
        frame.Write(payload);
        return frame.ToArray();
    }

    public Task SayAsync(string message) => SendAsync(Frame(Encoding.UTF8.GetBytes(message + '\u001e')));

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Sends; what the server has closed takes nothing any more, and that is fine.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await TrySendAsync(bytes);

    /// <returns>False: the server has closed the connection.</returns>
    public async Task<bool> TrySendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            while (!bytes.IsEmpty)
                bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None)..];
            return true;
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Sends the same over and over until the server has had enough of it.</summary>
    /// <returns>Bytes that it took.</returns>
    public async Task<long> FloodAsync(ReadOnlyMemory<byte> bytes, long limit)
    {
        long sent = 0;
        while (sent < limit && await TrySendAsync(bytes))
            sent += bytes.Length;
        return sent;
    }

    public async Task WhenHeardAsync(string what, int times = 1)
    {
        var deadline = DateTime.UtcNow + Limit;
        for (long looked = -1; ;)
        {
            bool isClosed = IsClosed;
            if (_heard.Length is var length && length != looked && Count(what) >= times)
                return;
            looked = length;
            if (isClosed || DateTime.UtcNow > deadline)
                throw new TimeoutException($"'{what}' was heard {Count(what)} times instead of {times}{(IsClosed ? ", and the connection is closed" : "")}. Heard: {Heard[..Math.Min(Heard.Length, 2000)]}");
            await Task.Delay(5);
        }
    }

    public async Task WhenClosedAsync()
    {
        if (await Task.WhenAny(_listening, Task.Delay(Limit)) != _listening)
            throw new TimeoutException($"The server has not closed the connection within {Limit.TotalSeconds} s. Heard: {Heard[..Math.Min(Heard.Length, 2000)]}");
    }

    /// <summary>The first value of a member, as it was heard.</summary>
    public string Member(string name) => Regex.Match(Heard, $"\"{name}\":\"([^\"]*)\"").Groups[1].Value;

    public async ValueTask DisposeAsync()
    {
        // Without waiting for what the other end has still to say.
        _socket.Close(0);
        await _listening;
        _socket.Dispose();
    }

    private int Count(string what)
    {
        string heard = Heard;
        int count = 0;
        for (int at = 0; (at = heard.IndexOf(what, at, StringComparison.Ordinal)) >= 0; at += what.Length)
            count++;
        return count;
    }

    private async Task ListenAsync()
    {
        byte[] buffer = new byte[64 << 10];
        try
        {
            int count;
            while ((count = await _socket.ReceiveAsync(buffer.AsMemory())) > 0)
                _heard.Add(buffer.AsSpan(0, count));
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // Closed the hard way.
        }
    }
}
