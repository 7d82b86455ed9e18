using System.IO.Pipelines;
using System.Net.Sockets;
using Collab.Web.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using static Collab.Tests.Hostile.RawClient;

namespace Collab.Tests.Web;

/// <summary>Connections that outlive the request that they began with.</summary>
public sealed class HandoverTests
{
    [Fact]
    public async Task The_request_is_over_and_forgotten_while_its_connection_edits()
    {
        var requests = new Requests();
        await using var host = new Running(requests);
        await using var ann = await host.Web.ConnectAsync();
        string document = await host.Web.CreateAsync();
        await ann.JoinAsync(document);
        await requests.WhenOverAsync();
        await Eventually.IsTrue(
            () =>
            {
                GC.Collect();
                return !requests.IsAlive;
            },
            "nothing holds the request");
        await ann.SubmitAsync(document, 1, 0, "a");
        await ann.OperationsAsync(0, 1);
    }

    /// <summary>HTTP leaves a timeout behind for the last of its answer to be taken; here it would end in some seconds.</summary>
    [Fact]
    public async Task The_timeouts_of_the_request_end_with_it()
    {
        int beats = 0;
        await using var host = new Running(new Requests(), services => services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.Limits.MinResponseDataRate = new MinDataRate(double.MaxValue, TimeSpan.FromMilliseconds(1100));
            kestrel.ConfigureEndpointDefaults(listen =>
            {
                listen.Use(next => connection =>
                {
                    connection.Features.Get<IConnectionHeartbeatFeature>()!.OnHeartbeat(_ => Interlocked.Increment(ref beats), connection);
                    return next(connection);
                });
                listen.UseSocketHandover();
            });
        }));
        await using var client = await OpenAsync(host.Web.Http.BaseAddress!);
        int before = Volatile.Read(ref beats);
        await Eventually.IsTrue(() => Volatile.Read(ref beats) > before + 8, "the server has looked at its timeouts often enough");
        await client.SendAsync(Frame("still there"u8.ToArray(), Ping));
        await client.WhenHeardAsync("still there");
    }

    /// <summary>Behind TLS, or whatever else changes what is written, the socket itself is nobody's.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Messages_go_to_the_socket_itself_where_nothing_is_between(bool isBetween)
    {
        var sockets = new List<Socket?>();
        await using var host = new Running(new Requests(), services => services.Configure<KestrelServerOptions>(kestrel => kestrel.ConfigureEndpointDefaults(listen =>
        {
            listen.Use(next => connection =>
            {
                if (isBetween)
                    connection.Transport = new Between(connection.Transport);
                return next(connection);
            });
            listen.UseSocketHandover();
            listen.Use(next => connection =>
            {
                lock (sockets)
                    sockets.Add(connection.Features.Get<ConnectionHandover>()!.Socket);
                return next(connection);
            });
        })));
        await using var ann = await host.Web.ConnectAsync();
        string document = await host.Web.CreateAsync();
        await ann.JoinAsync(document);
        await ann.SubmitAsync(document, 1, 0, "a");
        await ann.OperationsAsync(0, 1);
        lock (sockets)
            Assert.All(sockets, socket => Assert.Equal(isBetween, socket is null));
    }

    [Fact]
    public async Task A_connection_that_is_gone_gives_its_place_back()
    {
        await using var host = new Running(new Requests(), settings: new() { ["Collab:Limits:Connections"] = "1" });
        var server = host.Web.Http.BaseAddress!;
        for (int i = 0; i < 3; i++)
        {
            await using (await OpenAsync(server))
            {
                await using var other = await ConnectAsync(server);
                await other.SendAsync(Upgrade(server));
                await other.WhenHeardAsync("HTTP/1.1 429");
            }

            await Eventually.IsTrue(async () =>
            {
                await using var next = await ConnectAsync(server);
                await next.SendAsync(Upgrade(server));
                await Eventually.IsTrue(() => next.Heard.Contains("HTTP/1.1 ", StringComparison.Ordinal), "the server has answered");
                return next.Heard.Contains("HTTP/1.1 101", StringComparison.Ordinal);
            });
            await Eventually.IsTrue(async () => await host.Web.MetricAsync("collab_connections_active") == 0);
        }
    }

    [Fact]
    public async Task Connections_that_Kestrel_counts_are_served_within_their_request()
    {
        var requests = new Requests();
        await using var host = new Running(requests, services => services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxConcurrentUpgradedConnections = 5));
        await using var ann = await host.Web.ConnectAsync();
        string document = await host.Web.CreateAsync();
        await ann.JoinAsync(document);
        await ann.SubmitAsync(document, 1, 0, "a");
        await ann.OperationsAsync(0, 1);
        Assert.False(requests.AreOver);
    }

    /// <summary>The host, with what watches its handshakes.</summary>
    private sealed class Running : IAsyncDisposable
    {
        public Running(Requests requests, Action<IServiceCollection>? configure = null, Dictionary<string, string?>? settings = null)
        {
            Web = new WebHost(settings ?? [], services =>
            {
                services.AddSingleton<IStartupFilter>(requests);
                configure?.Invoke(services);
            });
            Web.StartAsync().GetAwaiter().GetResult();
        }

        public WebHost Web { get; }

        public async ValueTask DisposeAsync()
        {
            await Web.StopAsync();
            await Web.DisposeAsync();
        }
    }

    /// <summary>Pipes that are not the socket's own.</summary>
    private sealed class Between(IDuplexPipe inner) : IDuplexPipe
    {
        public PipeReader Input => inner.Input;

        public PipeWriter Output => inner.Output;
    }

    /// <summary>What becomes of the handshakes of a host.</summary>
    private sealed class Requests : IStartupFilter
    {
        private readonly List<WeakReference> _seen = [];
        private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool AreOver => _over.Task.IsCompleted;

        public bool IsAlive => _seen.Any(request => request.IsAlive);

        public Task WhenOverAsync() => _over.Task.WaitAsync(TimeSpan.FromMinutes(1));

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(async (context, following) =>
            {
                bool isHandshake = context.Request.Path == "/collab";
                if (isHandshake)
                    _seen.Add(new WeakReference(context.Features));
                await following(context);
                if (isHandshake)
                    _over.TrySetResult();
            });
            next(app);
        };
    }
}
