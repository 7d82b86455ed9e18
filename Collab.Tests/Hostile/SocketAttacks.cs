using System.Text;
using static Collab.Tests.Hostile.RawClient;

namespace Collab.Tests.Hostile;

/// <summary>Handshakes and frames that are none.</summary>
internal static class SocketAttacks
{
    private static readonly string[] Handshakes =
    [
        "hello", "", "[]", "1", "null", "{}", """{"protocol":"messagepack","version":1}""", """{"protocol":"json","version":99}""", """{"protocol":"json","version":"1"}""", """{"protocol":1,"version":1}""",
        """{"protocol":null,"version":1}""", """{"protocol":"json"}""", """{"version":1}""", """{"protocol":"json","version":1e99}""", """{"protocol":"json","protocol":"json","version":1,"x":{}}""", """{"protocol":"\ud800","version":1}""",
        """{"protocol":"json","version":1""", Invoke("join", """{"document":"d","version":1}"""), $"{{\"a\":{Deep(100_000)},\"protocol\":\"json\",\"version\":1}}",
    ];

    public static IEnumerable<Attack> All() =>
    [
        new("requests at the hub that are no WebSocket", NoWebSocketAsync),
        new("handshakes that say nothing sensible", BadHandshakesAsync),
        new("a handshake without an end", (server, _) => FloodAsync(server, false, Frame(Encoding.ASCII.GetBytes(new string('x', 32 << 10))))),
        new("a handshake byte by byte", SplitHandshakeAsync),
        new("frames split at every byte, and joined", SplitFramesAsync),
        new("frames that break the rules of WebSocket", BadFramesAsync),
        new("bytes that are not UTF-8", NotUtf8Async),
        new("a message of 100 MB in one frame", LargeFrameAsync),
        new("a message of endless fragments", (server, size) => FloodAsync(server, true, Frame(Encoding.ASCII.GetBytes(new string('x', 16 << 10)), Continuation, isLast: false), Frame("{"u8.ToArray(), Text, isLast: false))),
        new("endless messages without an end", (server, size) => FloodAsync(server, true, Frame(Encoding.ASCII.GetBytes(new string('x', 16 << 10)), Text))),
        new("pings of WebSocket and of SignalR by the thousand", PingsAsync),
    ];

    /// <summary>Arrays within arrays.</summary>
    public static string Deep(int levels) => new string('[', levels) + new string(']', levels);

    private static async Task<string> NoWebSocketAsync(Uri server, int size)
    {
        string good = Upgrade(server);
        string[] requests =
        [
            $"GET /collab HTTP/1.1\r\nHost: {server.Authority}\r\n\r\n", $"POST /collab HTTP/1.1\r\nHost: {server.Authority}\r\nContent-Length: 5\r\n\r\nhello", good.Replace("13", "8", StringComparison.Ordinal),
            good.Replace("Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n", "", StringComparison.Ordinal), good.Replace("AAAAAAAAAAAAAAAAAAAAAA==", "short", StringComparison.Ordinal), good.Replace("websocket", "h2c", StringComparison.Ordinal),
            good.Replace("GET", "POST", StringComparison.Ordinal), good.Replace("/collab", "/collab?id=../../etc/passwd", StringComparison.Ordinal), good.Replace("\r\n\r\n", "\r\nSec-WebSocket-Protocol: a,b\r\nSec-WebSocket-Extensions: permessage-deflate; x=1\r\n\r\n", StringComparison.Ordinal),
            good.Replace("Host:", "Origin: https://evil.example\r\nHost:", StringComparison.Ordinal),
        ];
        var heard = new StringBuilder();
        foreach (string request in requests)
        {
            await using var client = await ConnectAsync(server);
            await client.SendAsync(request);
            await client.WhenHeardAsync("HTTP/1.1 ");
            heard.AppendLine(client.Heard);
        }

        return heard.ToString();
    }

    private static async Task<string> BadHandshakesAsync(Uri server, int size)
    {
        var heard = new StringBuilder();
        foreach (string handshake in Handshakes)
        {
            await using var client = await UpgradeAsync(server);
            await client.SayAsync(handshake);
            // Refused, or understood after all: then it is no attack. One that has no end waits for SignalR's 15 seconds to be over; nobody else does.
            await client.SendAsync(Frame([0x03, 0xe8], Close));
            await client.WhenClosedAsync();
            heard.AppendLine(client.Heard);
        }

        return heard.ToString();
    }

    private static async Task<string> SplitHandshakeAsync(Uri server, int size)
    {
        await using var client = await UpgradeAsync(server);
        foreach (byte part in Encoding.ASCII.GetBytes("{\"protocol\":\"json\",\"version\":1}\u001e"))
            await client.SendAsync(Frame([part]));
        await client.WhenHeardAsync("{}\u001e");
        return client.Heard;
    }

    /// <summary>Each is understood: what is split belongs together, and what is joined does not.</summary>
    private static async Task<string> SplitFramesAsync(Uri server, int size)
    {
        byte[] message = Encoding.UTF8.GetBytes(Invoke("nobody-knows-this", """{"name":"Ü😀"}""") + '\u001e');
        await using var client = await OpenAsync(server);
        for (int at = 1; at < message.Length; at++)
        {
            // Within WebSocket's message, then within TCP's stream.
            await client.SendAsync((byte[])[.. Frame(message[..at], Text, isLast: false), .. Frame(message[at..], Continuation)]);
            byte[] frame = Frame(message);
            await client.SendAsync(frame.AsMemory(0, Math.Min(at, frame.Length)));
            await client.SendAsync(frame.AsMemory(Math.Min(at, frame.Length)));
        }

        await client.SendAsync(Frame([.. Enumerable.Repeat(message, 100).SelectMany(bytes => bytes)]));
        await client.WhenHeardAsync("\"reason\":\"malformed\"", (2 * (message.Length - 1)) + 100);
        return client.Heard;
    }

    private static async Task<string> BadFramesAsync(Uri server, int size)
    {
        byte[] good = "{\"type\":6}\u001e"u8.ToArray();
        byte[][] frames =
        [
            Frame(good, isMasked: false), Frame(good, opcode: 3), Frame(good, opcode: 11), Frame(good, Continuation), Frame(new byte[200], Ping), Frame("x"u8.ToArray(), Ping, isLast: false), Frame("x"u8.ToArray(), Close), Frame([0, 1], Close),
            Frame([0x03, 0xe8, 0xff, 0xff], Close), [0xf1, 0x80, 0, 0, 0, 0], [0xff, 0xff], Frame(good, length: -1), Frame(good, length: long.MaxValue), [.. Frame(good, isLast: false), .. Frame(good)],
            "GET / HTTP/1.1\r\n\r\n"u8.ToArray(), new byte[4096],
        ];
        var heard = new StringBuilder();
        foreach (byte[] frame in frames)
        {
            await using var client = await OpenAsync(server);
            await client.SendAsync(frame);
            await client.SendAsync(Frame([0x03, 0xe8], Close));
            heard.AppendLine(client.Heard);
        }

        return heard.ToString();
    }

    private static async Task<string> NotUtf8Async(Uri server, int size)
    {
        byte[][] wrong = [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf4, 0x90, 0x80, 0x80]];
        var heard = new StringBuilder();
        foreach (byte[] bytes in wrong)
        {
            byte[] message = [.. "{\"type\":1,\"target\":\"join\",\"arguments\":[{\"document\":\""u8, .. bytes, .. "\",\"version\":1}]}\u001e"u8];
            await using var text = await OpenAsync(server);
            await text.SendAsync(Frame(message));
            await using var binary = await OpenAsync(server);
            await binary.SendAsync(Frame(message, Binary));
            await binary.WhenHeardAsync("\"reason\":\"malformed\"");
            heard.AppendLine(binary.Heard);
            heard.AppendLine(text.Heard);
        }

        return heard.ToString();
    }

    private static async Task<string> LargeFrameAsync(Uri server, int size)
    {
        await using var client = await OpenAsync(server);
        const long Told = 100_000_000;
        await client.SendAsync(Frame([], length: Told));
        long taken = await client.FloodAsync(new byte[64 << 10], Told);
        Assert.True(taken < Told, "The server has taken a message of 100 MB.");
        await client.WhenClosedAsync();
        return client.Heard;
    }

    private static async Task<string> FloodAsync(Uri server, bool isOpen, byte[] frame, byte[]? first = null)
    {
        const long Limit = 100_000_000;
        await using var client = isOpen ? await OpenAsync(server) : await UpgradeAsync(server);
        await client.SendAsync(first ?? []);
        Assert.True(await client.FloodAsync(frame, Limit) < Limit, "The server has taken 100 MB of it.");
        await client.WhenClosedAsync();
        return client.Heard;
    }

    private static async Task<string> PingsAsync(Uri server, int size)
    {
        await using var client = await OpenAsync(server);
        byte[] pings = [.. Enumerable.Repeat(Frame("x"u8.ToArray(), Ping), 1000).SelectMany(frame => frame)];
        byte[] ours = Frame([.. Enumerable.Repeat("{\"type\":6}\u001e"u8.ToArray(), 1000).SelectMany(ping => ping)]);
        for (int i = 0; i < 4 * size; i++)
        {
            await client.SendAsync(pings);
            await client.SendAsync(ours);
        }

        // After all of them it is still answered: its pings were taken, if at the server's own pace.
        await client.SayAsync("hello");
        await client.WhenHeardAsync("\"reason\":\"malformed\"");
        return client.Heard;
    }
}
