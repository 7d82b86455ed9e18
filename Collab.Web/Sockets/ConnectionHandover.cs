using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Collab.Web.Sockets;

/// <summary>
/// Stands between one of Kestrel's connections and HTTP. A request that has made a WebSocket of the connection may leave what is to be done with it here, and end; when HTTP has let go of the connection, that is done with its pipes, and of HTTP
/// nothing is left: no request, no context, no scope of services, which are more than half of what an idle connection would hold.
/// </summary>
/// <remarks>
/// HTTP completes no pipe at its end: the connection's owner does, when this has returned. But it leaves its timeouts with the connection's heartbeat, and one of them running: for the last of its answer to be taken, which would cut the
/// connection some minutes later. So the heartbeat that HTTP gets is this one, which ends with it.
/// </remarks>
internal sealed class ConnectionHandover : IConnectionHeartbeatFeature
{
    // How long the other end has to take what was written last.
    private static readonly TimeSpan EndLimit = SocketServer.CloseTimeout;

    private readonly ConnectionContext _connection;
    private readonly PooledTransport _lent;
    private readonly IConnectionHeartbeatFeature? _heartbeat;
    private volatile Listener[] _listeners = [];
    private Func<Task>? _serve;

    public ConnectionHandover(ConnectionContext connection)
    {
        _connection = connection;
        Transport = connection.Transport;
        // Only where the pipes are the socket's own: with TLS, or a log of connections, what is written to them is not what is sent.
        Socket = Transport.GetType().Assembly == typeof(SocketTransportOptions).Assembly ? connection.Features.Get<IConnectionSocketFeature>()?.Socket : null;
        connection.Transport = _lent = new PooledTransport(Transport);
        _heartbeat = connection.Features.Get<IConnectionHeartbeatFeature>();
        connection.Features.Set(this);
        if (_heartbeat is not null)
            connection.Features.Set<IConnectionHeartbeatFeature>(this);
    }

    /// <summary>For what the connection is handed over to. HTTP is lent another way to the same pipes.</summary>
    public IDuplexPipe Transport { get; }

    /// <summary>What <see cref="Transport"/> leads to, if nothing is between.</summary>
    public Socket? Socket { get; }

    /// <summary>The connection's life: what <paramref name="next"/> makes of it, HTTP, and then what was left here.</summary>
    public async Task RunAsync(ConnectionDelegate next)
    {
        try
        {
            await next(_connection);
        }
        finally
        {
            if (_serve is { } serve)
            {
                _serve = null;
                _listeners = [];
                await serve();
                await EndAsync();
            }
        }
    }

    /// <summary>The one of a request's connection, if that can be handed over once the request has become a WebSocket.</summary>
    /// <remarks>Not if others are in it, too (HTTP/2), if what is written to it goes by others first (TLS, a log of connections), or if somebody watches over what a request is upgraded to, or counts them.</remarks>
    public static ConnectionHandover? Find(HttpContext context) =>
        context.Features.Get<ConnectionHandover>() is { } handover
        && HttpProtocol.IsHttp11(context.Request.Protocol)
        && handover._connection.Transport == handover._lent
        // Kestrel's own requests are their features themselves.
        && context.Features.Get<IHttpUpgradeFeature>() == context.Features
            ? handover
            : null;

    /// <summary>Has <paramref name="serve"/> called when HTTP has let go of the connection, which lasts until that is over.</summary>
    public void Leave(Func<Task> serve) => _serve = serve;

    public void Abort() => _connection.Abort();

    void IConnectionHeartbeatFeature.OnHeartbeat(Action<object> action, object state)
    {
        lock (_heartbeat!)
        {
            if (_listeners is [])
                _heartbeat.OnHeartbeat(static self => ((ConnectionHandover)self).Beat(), this);
            _listeners = [.. _listeners, new Listener(action, state)];
        }
    }

    private void Beat()
    {
        foreach (var listener in _listeners)
            listener.Action(listener.State);
    }

    /// <summary>What was written last is sent before the connection is closed; to whoever takes it.</summary>
    private async Task EndAsync()
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = _connection.ConnectionClosed.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), closed);
        await Transport.Output.CompleteAsync();
        await closed.Task.WaitAsync(EndLimit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _connection.Abort();
    }

    private readonly record struct Listener(Action<object> Action, object State);
}
