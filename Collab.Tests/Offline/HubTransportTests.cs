using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Collab.Tests.Offline;

/// <summary>What Collab relies on in the SignalR client's WebSocket transport, over a real socket.</summary>
public sealed class HubTransportTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<HubConnection> _connections = [];
    private WebApplication _server = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        builder.Services.AddSignalR(options => options.MaximumReceiveMessageSize = null);
        _server = builder.Build();
        _server.UseWebSockets();
        _server.MapHub<EchoHub>("/echo");
        await _server.StartAsync();
    }

    public async Task DisposeAsync()
    {
        foreach (var connection in _connections)
            await connection.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4_096)]
    [InlineData(3_000_000)]
    public async Task A_message_of_any_size_goes_there_and_back(int length)
    {
        var connection = await ConnectAsync();
        var text = string.Concat(Enumerable.Range(0, length).Select(i => (char)('a' + (i % 26))));

        Assert.Equal(text, await connection.InvokeAsync<string>("Echo", text).WaitAsync(Patience));
    }

    [Fact]
    public async Task Messages_sent_without_waiting_arrive_in_their_order()
    {
        var connection = await ConnectAsync();
        var all = Enumerable.Range(0, 2_000).ToArray();
        var received = new List<int>();
        var done = new TaskCompletionSource();
        connection.On<int>("Number", number =>
        {
            received.Add(number);
            if (received.Count == all.Length)
                done.SetResult();
        });

        foreach (var number in all)
            await connection.SendAsync("Return", number);

        await done.Task.WaitAsync(Patience);
        Assert.Equal(all, received);
    }

    [Fact]
    public async Task Token_and_headers_come_with_the_handshake()
    {
        var tokens = new Queue<string>(["first", "second"]);
        var connection = Connection(options =>
        {
            options.AccessTokenProvider = () => Task.FromResult<string?>(tokens.Dequeue());
            options.Headers["X-Collab-Test"] = "yes";
        });

        await connection.StartAsync();
        Assert.Equal("Bearer first", await connection.InvokeAsync<string>("Header", "Authorization"));
        Assert.Equal("yes", await connection.InvokeAsync<string>("Header", "X-Collab-Test"));

        await connection.StopAsync();
        await connection.StartAsync();
        Assert.Equal("Bearer second", await connection.InvokeAsync<string>("Header", "Authorization"));
    }

    [Fact]
    public async Task A_cut_connection_closes_with_an_exception_and_fails_the_call_under_way()
    {
        var connection = await ConnectAsync();
        var closed = Closed(connection);

        await Assert.ThrowsAnyAsync<Exception>(() => connection.InvokeAsync("Cut").WaitAsync(Patience));

        Assert.NotNull(await closed.WaitAsync(Patience));
        Assert.Equal(HubConnectionState.Disconnected, connection.State);
    }

    [Fact]
    public async Task A_cut_connection_reconnects_when_it_may()
    {
        var connection = Connection(_ => { }, builder => builder.WithAutomaticReconnect([TimeSpan.Zero, TimeSpan.Zero]));
        var reconnected = new TaskCompletionSource();
        connection.Reconnected += _ =>
        {
            reconnected.SetResult();
            return Task.CompletedTask;
        };
        await connection.StartAsync();

        await connection.SendAsync("Cut");

        await reconnected.Task.WaitAsync(Patience);
        Assert.Equal("again", await connection.InvokeAsync<string>("Echo", "again").WaitAsync(Patience));
    }

    // Not "after what was sent": the real transport, once told to stop, drops what it has not taken from its pipe.
    [Fact]
    public async Task Stopping_closes_without_an_exception()
    {
        var connection = await ConnectAsync();
        var closed = Closed(connection);

        await connection.StopAsync().WaitAsync(Patience);

        Assert.Null(await closed.WaitAsync(Patience));
        Assert.Equal(HubConnectionState.Disconnected, connection.State);
    }

    [Fact]
    public async Task A_server_that_stops_closes_the_connection()
    {
        var connection = await ConnectAsync();
        var closed = Closed(connection);

        await _server.StopAsync();

        await closed.WaitAsync(Patience);
        Assert.Equal(HubConnectionState.Disconnected, connection.State);
    }

    [Fact]
    public async Task An_address_where_nobody_listens_fails_the_start()
    {
        var connection = new HubConnectionBuilder()
            .WithUrl("http://127.0.0.1:1/echo", options =>
            {
                options.SkipNegotiation = true;
                options.Transports = HttpTransportType.WebSockets;
            })
            .Build();
        _connections.Add(connection);

        await Assert.ThrowsAnyAsync<Exception>(() => connection.StartAsync().WaitAsync(Patience));
        Assert.Equal(HubConnectionState.Disconnected, connection.State);
    }

    private static Task<Exception?> Closed(HubConnection connection)
    {
        var closed = new TaskCompletionSource<Exception?>();
        connection.Closed += exception =>
        {
            closed.TrySetResult(exception);
            return Task.CompletedTask;
        };
        return closed.Task;
    }

    private async Task<HubConnection> ConnectAsync()
    {
        var connection = Connection(_ => { });
        await connection.StartAsync();
        return connection;
    }

    private HubConnection Connection(
        Action<Microsoft.AspNetCore.Http.Connections.Client.HttpConnectionOptions> configure, Action<IHubConnectionBuilder>? more = null)
    {
        var address = _server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        var builder = new HubConnectionBuilder().WithUrl($"{address}/echo", options =>
        {
            options.SkipNegotiation = true;
            options.Transports = HttpTransportType.WebSockets;
            configure(options);
        });
        more?.Invoke(builder);
        var connection = builder.Build();
        _connections.Add(connection);
        return connection;
    }

    private sealed class EchoHub : Hub
    {
        public string Echo(string text) => text;

        public Task Return(int number) => Clients.Caller.SendAsync("Number", number);

        public string? Header(string name) => Context.GetHttpContext()!.Request.Headers[name];

        public void Cut() => Context.GetHttpContext()!.Abort();
    }
}
