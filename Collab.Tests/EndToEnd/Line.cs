using System.Net;
using System.Net.Sockets;

namespace Collab.Tests.EndToEnd;

/// <summary>The wire between clients and the server, or whichever server is chosen for each connection: it can be cut, and mended.</summary>
internal sealed class Line : IAsyncDisposable
{
    private readonly Func<Task<Uri?>> _choose;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Lock _lock = new();
    private readonly HashSet<TcpClient> _ends = [];
    private readonly Task _accepting;
    private bool _isCut;

    public Line(Uri server)
        : this(() => Task.FromResult<Uri?>(server))
    {
    }

    /// <param name="choose">Asked for each new connection, as a load balancer is. Null: there is none, and the connection is closed.</param>
    public Line(Func<Task<Uri?>> choose)
    {
        _choose = choose;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Nothing gets through any more, nor does a new connection.</summary>
    public void Cut()
    {
        lock (_lock)
        {
            _isCut = true;
            foreach (var end in _ends)
                end.Close();
            _ends.Clear();
        }
    }

    public void Mend()
    {
        lock (_lock)
            _isCut = false;
    }

    public async ValueTask DisposeAsync()
    {
        Cut();
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = RelayAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        var server = new TcpClient { NoDelay = true };
        lock (_lock)
        {
            if (_isCut)
            {
                client.Close();
                return;
            }

            _ends.UnionWith([client, server]);
        }

        try
        {
            if (await _choose() is { } chosen)
            {
                await server.ConnectAsync(chosen.Host, chosen.Port);
                await Task.WhenAny(client.GetStream().CopyToAsync(server.GetStream()), server.GetStream().CopyToAsync(client.GetStream()));
            }
        }
        catch (Exception failure) when (failure is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut.
        }

        client.Close();
        server.Close();
    }
}
