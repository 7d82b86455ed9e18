using System.Net;
using System.Net.Sockets;

namespace Collab.Tests.Fanout;

/// <summary>One client's way to a server. Frozen, what the client sends is kept on the way and neither side hears that the other is gone: to the server the connection is half open. Later all of it arrives.</summary>
internal sealed class FrozenLine : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Uri _server;
    private readonly Task _relaying;
    private volatile TaskCompletionSource _thawed = new();

    public FrozenLine(Uri server)
    {
        _server = server;
        _thawed.SetResult();
        _listener.Start();
        _relaying = RelayAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public void Freeze() => _thawed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Thaw() => _thawed.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        Thaw();
        _listener.Stop();
        await _relaying;
    }

    private async Task RelayAsync()
    {
        try
        {
            using var client = await _listener.AcceptTcpClientAsync();
            using var server = new TcpClient { NoDelay = true };
            await server.ConnectAsync(_server.Host, _server.Port);
            await Task.WhenAny(ToServerAsync(client.GetStream(), server.GetStream()), server.GetStream().CopyToAsync(client.GetStream()));
        }
        catch (Exception failure) when (failure is IOException or SocketException or ObjectDisposedException)
        {
            // One of the two is gone.
        }
    }

    private async Task ToServerAsync(NetworkStream client, NetworkStream server)
    {
        byte[] buffer = new byte[16 << 10];
        for (int count; (count = await client.ReadAsync(buffer)) > 0;)
        {
            await _thawed.Task;
            await server.WriteAsync(buffer.AsMemory(0, count));
        }
    }
}
