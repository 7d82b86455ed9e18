using System.Globalization;
using System.Net.WebSockets;
using System.Text;

namespace Collab.Benchmarks.Presence;

/// <summary>Somebody in a document who counts what comes and looks at nothing of it, so that thousands of them fit beside the server that is measured. May show where a caret is.</summary>
internal sealed class Onlooker(Uri server, string document) : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _bytes;
    private long _messages;

    /// <summary>Bytes received since the last <see cref="Reset"/>.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Messages <c>presence</c> received since the last <see cref="Reset"/>.</summary>
    public long Messages => Volatile.Read(ref _messages);

    /// <summary>Bytes that it took until it was in.</summary>
    public long BytesToJoin { get; private set; }

    public async Task JoinAsync()
    {
        await _socket.ConnectAsync(new UriBuilder(new Uri(server, "/collab")) { Scheme = "ws" }.Uri, CancellationToken.None);
        await SendAsync("""{"protocol":"json","version":1}""");
        _ = Task.Run(ReceiveAsync);
        await SendAsync($$"""{"type":1,"target":"join","arguments":[{"document":"{{document}}","version":1}]}""");
        await _joined.Task.WaitAsync(TimeSpan.FromMinutes(5));
    }

    public Task ShowAsync(int position) => SendAsync(string.Create(
        CultureInfo.InvariantCulture,
        $$$"""{"type":1,"target":"presence","arguments":[{"document":"{{{document}}}","revision":0,"state":{"selection":{"anchor":{{{position}}},"head":{{{position}}}},"typing":true}}]}"""));

    public Task PingAsync() => SendAsync("""{"type":6}""");

    public void Reset() => (_bytes, _messages) = (0, 0);

    public void Dispose()
    {
        _socket.Abort();
        _socket.Dispose();
    }

    private Task SendAsync(string frame) => _socket.SendAsync(Encoding.UTF8.GetBytes(frame + '\u001e'), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    private async Task ReceiveAsync()
    {
        byte[] buffer = new byte[4 << 10];
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close)
                    break;
                Interlocked.Add(ref _bytes, received.Count);
                // One that a buffer's end cuts in two is not counted: one in some hundred.
                var text = buffer.AsSpan(0, received.Count);
                Interlocked.Add(ref _messages, text.Count("\"target\":\"presence\""u8));
                if (!_joined.Task.IsCompleted && text[^1] == 0x1e && Bytes > 100)
                {
                    BytesToJoin = Bytes;
                    _joined.TrySetResult();
                }
            }
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            _joined.TrySetException(gone);
        }
    }
}
