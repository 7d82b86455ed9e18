using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Security.Cryptography;
using Collab.Silo.Instruments;
using Collab.Web.Connections;
using Collab.Web.Limits;
using Collab.Web.Messages;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.Options;

namespace Collab.Web.Sockets;

/// <summary>Serves the WebSockets of clients that connect without negotiating first, as Collab's do: accepts them, keeps them alive, and closes them when the host stops. The others are SignalR's.</summary>
internal sealed class SocketServer(
    CollabHubProtocol protocol, LocalConnections connections, IConfiguration configuration, IHostApplicationLifetime lifetime, IOptions<CollabOptions> options, TimeProvider time, ILogger<ClientSocket> logger) : IHostedService, IDisposable
{
    /// <summary>As SignalR's.</summary>
    public static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(15);

    /// <summary>How long the other end has to take what it was sent last, and to close its direction. As SignalR's.</summary>
    public static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Pulse = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<ClientSocket, Task> _sockets = new();
    private ITimer? _pulse;

    public CollabHubProtocol Protocol => protocol;

    public TimeProvider Time => time;

    public ILogger Logger => logger;

    public bool IsMeasured { get; } = MetricsOptions.AreOn(configuration);

    /// <summary>Whether any are served here. Otherwise all are SignalR's, and what can be put between it and its hubs sees every message.</summary>
    public bool IsOn { get; init; } = true;

    /// <summary>Bytes without an end of message that a connection is read for; the message's own limit answers with a refusal, this one ends the connection of a client that ignores it.</summary>
    public int MessageBytesLimit { get; } = 2 * options.Value.Limits.MessageBytes;

    public TimeSpan SendTimeout => options.Value.Delivery.SendTimeout;

    public TimeSpan ClientTimeout => options.Value.Connections.ClientTimeout;

    public TimeSpan KeepAliveInterval => options.Value.Connections.KeepAliveInterval;

    /// <summary>Wraps the hub's endpoint: a WebSocket that comes without the id of a negotiation is served here.</summary>
    public static void Apply(EndpointBuilder endpoint)
    {
        var next = endpoint.RequestDelegate!;
        var pipeline = new ApplicationBuilder(endpoint.ApplicationServices);
        // Clients and server have pings of their own, which tell more: that somebody answers.
        pipeline.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.Zero });
        pipeline.Run(context => context.WebSockets.IsWebSocketRequest && !context.Request.Query.ContainsKey("id") && !IsNegotiation(context)
            && context.RequestServices.GetRequiredService<SocketServer>() is { IsOn: true } server
                ? server.ServeAsync(context)
                : next(context));
        endpoint.RequestDelegate = pipeline.Build();
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _pulse = time.CreateTimer(_ => Beat(), null, Pulse, Pulse);
        // Registered before ConnectionDrain's, which therefore runs first and has told everybody to go on elsewhere.
        lifetime.ApplicationStopping.Register(CloseAll);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _pulse?.Dispose();

    /// <summary>As hard to guess as SignalR's: it is part of what the cluster knows a stay by.</summary>
    public static string NewId()
    {
        Span<byte> random = stackalloc byte[16];
        RandomNumberGenerator.Fill(random);
        return Base64Url.EncodeToString(random);
    }

    public ReceivePace NewPace() => new(options.Value.Limits, time);

    public ClientConnection Open(ClientSocket socket) => connections.Open(socket);

    public void Close(ClientSocket socket) => connections.Close(socket.Id);

    private static bool IsNegotiation(HttpContext context) => context.Request.Path.Value?.EndsWith("/negotiate", StringComparison.Ordinal) == true;

    private async Task ServeAsync(HttpContext context)
    {
        context.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
        var handover = ConnectionHandover.Find(context);
        if (handover is null)
            context.Features.Get<IHttpActivityFeature>()?.Activity.AddTag("http.long_running", "true");
        var handshake = Handshake.Of(context);
        var accepted = await context.WebSockets.AcceptWebSocketAsync();
        if (handover is null)
        {
            using (accepted)
                await RunAsync(new ClientSocket(accepted, handshake, this));
            return;
        }

        // What was accepted has read nothing, and is not used: it would read the request, which ends here.
        handshake.Pass?.IsHandedOver = true;
        handover.Leave(() => RunHandedOverAsync(handover, handshake));
    }

    private async Task RunHandedOverAsync(ConnectionHandover handover, Handshake handshake)
    {
        try
        {
            var output = new FrameOutput(handover.Transport.Output, handover.Socket);
            var socket = WebSocket.CreateFromStream(new TransportStream(handover.Transport.Input, output), new WebSocketCreationOptions { IsServer = true });
            await RunAsync(new ClientSocket(socket, handshake, this, handover, output));
        }
        finally
        {
            handshake.Pass?.Leave();
        }
    }

    private async Task RunAsync(ClientSocket socket)
    {
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _sockets[socket] = running.Task;
        try
        {
            if (lifetime.ApplicationStopping.IsCancellationRequested)
                socket.SayGoodbye();
            await socket.RunAsync();
        }
        finally
        {
            _sockets.TryRemove(socket, out _);
            running.SetResult();
        }
    }

    private void Beat()
    {
        foreach (var (socket, _) in _sockets)
            socket.Beat();
    }

    private void CloseAll()
    {
        var running = new List<Task>();
        foreach (var (socket, task) in _sockets)
        {
            socket.SayGoodbye();
            running.Add(task);
        }

        // The silo, and the log with it, stop behind this.
        Task.WhenAll(running).Wait(CloseTimeout);
    }
}
