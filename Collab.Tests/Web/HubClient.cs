using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Collab.Tests.Web;

/// <summary>A client written from <c>docs/protocol.md</c> alone, by hand: a WebSocket, record separators, JSON. It decides nothing.</summary>
internal sealed class HubClient : IAsyncDisposable
{
    private const char RecordSeparator = '\u001e';

    // Reaching it means that the message will not come.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(10);

    private readonly ClientWebSocket _socket = new();
    private readonly Channel<JsonElement> _messages = Channel.CreateUnbounded<JsonElement>();
    private readonly SemaphoreSlim _reading = new(1);
    private readonly SemaphoreSlim _writing = new(1);
    private readonly CancellationTokenSource _end = new();
    private Task _receiving = Task.CompletedTask;
    private Task _pinging = Task.CompletedTask;

    private HubClient()
    {
    }

    /// <summary>The newest operation received, of whatever document.</summary>
    public long LastRevision { get; private set; }

    /// <summary>Whether the server has closed the connection.</summary>
    public bool IsClosed => _receiving.IsCompleted;

    /// <summary>Connects with a header of the handshake.</summary>
    public static Task<HubClient> ConnectWithAsync(Uri address, string header, string value) => ConnectAsync(address, null, null, (header, value));

    /// <param name="receiveBuffer">Bytes that the kernel keeps for a client that does not read; small to be slow soon.</param>
    public static async Task<HubClient> ConnectAsync(Uri address, string? origin, int? receiveBuffer, (string Name, string Value)? header = null)
    {
        var client = new HubClient();
        if (header is { } shown)
            client._socket.Options.SetRequestHeader(shown.Name, shown.Value);
        if (origin is not null)
            client._socket.Options.SetRequestHeader("Origin", origin);
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellation) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                if (receiveBuffer is { } bytes)
                    socket.ReceiveBufferSize = bytes;
                await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        await client._socket.ConnectAsync(new UriBuilder(address) { Scheme = "ws" }.Uri, new HttpMessageInvoker(handler, disposeHandler: false), default);
        await client.SendRawAsync("""{"protocol":"json","version":1}""");
        client._receiving = client.ReceiveAsync();
        Assert.Equal("{}", (await client.NextFrameAsync()).GetRawText());
        client._pinging = client.PingAsync();
        return client;
    }

    public Task SendAsync(string target, object argument) =>
        SendRawAsync(JsonSerializer.Serialize(new { type = 1, target, arguments = new[] { argument } }));

    /// <summary>Sends a frame as it is.</summary>
    public async Task SendRawAsync(string frame)
    {
        await _writing.WaitAsync();
        try
        {
            await _socket.SendAsync(Encoding.UTF8.GetBytes(frame + RecordSeparator), WebSocketMessageType.Text, endOfMessage: true, default);
        }
        finally
        {
            _writing.Release();
        }
    }

    public Task SubmitAsync(string document, long sequence, long @base, params object[] delta) =>
        SendAsync("submit", new { document, sequence, @base, delta });

    /// <summary>Joins and returns <c>joined</c>.</summary>
    public async Task<JsonElement> JoinAsync(string document, string name = "Ann", object? resume = null, long? revision = null)
    {
        var argument = new JsonObject { ["document"] = document, ["version"] = 1, ["name"] = name };
        if (resume is not null)
            argument["resume"] = JsonSerializer.SerializeToNode(resume);
        if (revision is not null)
            argument["revision"] = revision;
        await SendAsync("join", argument);
        return await NextAsync("joined");
    }

    /// <summary>The next message; a frame that is no invocation as a whole, an invocation as its argument with <c>target</c> added.</summary>
    public async Task<JsonElement> NextFrameAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            return await _messages.Reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"No message came within {Limit.TotalSeconds} s; the socket is {_socket.State}.");
        }
    }

    /// <summary>The next message of one of these targets. Presence that comes before is passed over, unless asked for; anything else is a failure.</summary>
    public async Task<JsonElement> NextAsync(params string[] targets)
    {
        while (true)
        {
            var message = await NextFrameAsync();
            string actual = message.GetProperty("target").GetString()!;
            if (targets.Contains(actual))
                return message;
            Assert.True(actual == "presence", $"Expected {string.Join(" or ", targets)}, got {message.GetRawText()[..Math.Min(300, message.GetRawText().Length)]}");
        }
    }

    /// <summary>Takes <c>operations</c> until <paramref name="revision"/> is reached, checking that nothing is missing or doubled after <paramref name="from"/>.</summary>
    public async Task<List<JsonElement>> OperationsAsync(long from, long revision)
    {
        var operations = new List<JsonElement>();
        while (from < revision)
        {
            var message = await NextAsync("operations");
            Assert.Equal(from + 1, message.GetProperty("revision").GetInt64());
            var list = message.GetProperty("operations").EnumerateArray().ToList();
            from += list.Count;
            operations.AddRange(list);
        }

        return operations;
    }

    /// <summary>Stops taking anything from the socket until disposed.</summary>
    public async Task<IDisposable> StopReadingAsync()
    {
        await _reading.WaitAsync();
        return new Resumption(_reading);
    }

    public async ValueTask DisposeAsync()
    {
        _end.Cancel();
        _socket.Abort();
        await _receiving;
        await _pinging;
        _socket.Dispose();
    }

    /// <summary>Says nothing any more by itself, as one that is gone.</summary>
    public Task StopPingingAsync()
    {
        _end.Cancel();
        return _pinging;
    }

    private async Task PingAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(PingInterval, _end.Token);
                await SendRawAsync("""{"type":6}""");
            }
        }
        catch (Exception failure) when (failure is WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut, or over.
        }
    }

    private async Task ReceiveAsync()
    {
        byte[] buffer = new byte[16 << 10];
        var text = new MemoryStream();
        try
        {
            while (true)
            {
                await _reading.WaitAsync();
                _reading.Release();
                var received = await _socket.ReceiveAsync(buffer.AsMemory(), default);
                if (received.MessageType == WebSocketMessageType.Close)
                    break;
                foreach (byte b in buffer.AsSpan(0, received.Count))
                {
                    if (b != RecordSeparator)
                    {
                        text.WriteByte(b);
                        continue;
                    }

                    Take(text.ToArray());
                    text.SetLength(0);
                }
            }
        }
        catch (Exception failure) when (failure is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Cut.
        }

        _messages.Writer.TryComplete();
    }

    private void Take(byte[] frame)
    {
        var json = JsonNode.Parse(frame)!.AsObject();
        switch ((int?)json["type"])
        {
            case 6:
                return;
            case 1:
                var argument = json["arguments"]!.AsArray().Single()!.DeepClone().AsObject();
                argument["target"] = (string?)json["target"];
                json = argument;
                if ((string?)json["target"] == "operations")
                    LastRevision = (long)json["revision"]! + json["operations"]!.AsArray().Count - 1;
                break;
        }

        _messages.Writer.TryWrite(JsonSerializer.SerializeToElement(json));
    }

    private sealed class Resumption(SemaphoreSlim reading) : IDisposable
    {
        public void Dispose() => reading.Release();
    }
}
