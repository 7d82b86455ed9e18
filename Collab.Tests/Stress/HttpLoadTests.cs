using Collab.Stress;
using Collab.Stress.Http;
using Collab.Stress.Reporting;
using Collab.Stress.Scenarios;
using Collab.Stress.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Collab.Tests.Stress;

/// <summary>Plain requests, against a server that does what the test wants.</summary>
public sealed class HttpLoadTests : IAsyncLifetime
{
    private WebApplication _server = null!;
    private RequestDelegate _answer = context => context.Response.WriteAsync("fine");
    private int _requests;
    private int _connections;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(Port, listen => listen.Use(next => connection =>
        {
            Interlocked.Increment(ref _connections);
            return next(connection);
        })));
        _server = builder.Build();
        _server.Run(context =>
        {
            Interlocked.Increment(ref _requests);
            return _answer(context);
        });
        await _server.StartAsync();
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    private int Port { get; } = OwnPort.Take();

    [Fact]
    public async Task A_server_that_stands_still_has_all_that_was_due_meanwhile_to_show_for_it()
    {
        // Two seconds long nothing is answered: 200 requests are due, and only two clients could ask.
        var stood = new Lazy<Task>(() => Task.Delay(TimeSpan.FromSeconds(2)));
        _answer = context => Volatile.Read(ref _requests) > 50 ? stood.Value : Task.CompletedTask;

        var recorder = await RunAsync(Plan(clients: 2, rps: 100, TimeSpan.FromSeconds(4)));

        // 150 of 400 waited for half a second and more. Of those that were sent as answers came, only two would have.
        var most = recorder.Latency.Snapshot().Quantile(0.9);
        Assert.True(most > TimeSpan.FromSeconds(0.5), $"Nine in ten of {recorder.Latency.Count} requests took up to {most}, counted from when they were due.");
        Assert.Equal(recorder.SucceededCount, recorder.Latency.Count);
        // Those that were due in time were made, however late.
        Assert.True(recorder.SucceededCount >= 400, $"{recorder.SucceededCount} requests were made.");
        Assert.Empty(recorder.Errors);
    }

    [Fact]
    public async Task What_could_not_be_asked_in_time_is_unanswered()
    {
        var never = new TaskCompletionSource();
        _answer = context => never.Task.WaitAsync(context.RequestAborted);

        var recorder = await RunAsync(Plan(clients: 1, rps: 50, TimeSpan.FromSeconds(1)) with { Timeout = TimeSpan.FromSeconds(2) });

        Assert.Equal(0, recorder.SucceededCount);
        Assert.True(recorder.Errors["timeout"] >= 1);
        // A timeout takes two seconds: the rest of the fifty could not be asked.
        Assert.InRange(recorder.UnansweredCount, 40, 10_000);
        Assert.Equal(recorder.UnansweredCount, recorder.Errors["unanswered"]);
    }

    [Fact]
    public async Task A_client_keeps_its_connection_or_has_one_for_each_request()
    {
        await RunAsync(Plan(clients: 2, rps: 20, TimeSpan.FromSeconds(1)));
        Assert.InRange(_connections, 1, 2);

        (_connections, _requests) = (0, 0);
        var plan = Plan(clients: 2, rps: 20, TimeSpan.FromSeconds(1));
        await RunAsync(plan with { Call = plan.Call! with { KeepsAlive = false } });
        Assert.True(_requests >= 20, $"{_requests} requests");
        Assert.Equal(_requests, _connections);
    }

    [Fact]
    public async Task Method_body_headers_and_path_are_sent_as_they_were_given()
    {
        string? seen = null;
        _answer = async context =>
        {
            using var body = new StreamReader(context.Request.Body);
            seen = $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} {context.Request.ContentType} {context.Request.Headers["X-Color"]} {await body.ReadToEndAsync()}";
        };
        var plan = Plan(clients: 1, rps: 5, TimeSpan.FromSeconds(1));
        await RunAsync(plan with { Call = new HttpCall(HttpMethod.Put, "/a/b?c=d", "{}") { Headers = [("X-Color", "red")] } });

        Assert.Equal("PUT /a/b?c=d application/json red {}", seen);
    }

    [Theory]
    [InlineData("ratelimit", true, 0)]
    [InlineData("ratelimit", false, 1)]
    [InlineData("basic", true, 1)]
    public async Task A_refusal_is_fine_where_it_is_wanted_and_says_when_to_come_again(string scenario, bool saysWhen, int failedShare)
    {
        _answer = context =>
        {
            context.Response.StatusCode = 429;
            if (saysWhen)
                context.Response.Headers.RetryAfter = "1";
            return Task.CompletedTask;
        };
        var recorder = await RunAsync(Plan(clients: 1, rps: 10, TimeSpan.FromSeconds(1), scenario));

        Assert.Equal(failedShare == 1 ? 0 : recorder.Latency.Count, recorder.SucceededCount);
        Assert.Equal(recorder.Latency.Count, recorder.Statuses["429"]);
        Assert.Equal(failedShare == 1, recorder.Errors.ContainsKey("http_429"));
    }

    [Fact]
    public async Task In_a_closed_loop_each_client_asks_when_it_has_its_answer()
    {
        int now = 0;
        int most = 0;
        _answer = async context =>
        {
            int at = Interlocked.Increment(ref now);
            InterlockedMax(ref most, at);
            await Task.Delay(1);
            Interlocked.Decrement(ref now);
        };
        var recorder = await RunAsync(Plan(clients: 4, rps: null, TimeSpan.FromSeconds(1)));

        Assert.InRange(most, 1, 4);
        Assert.Equal(_requests, recorder.SucceededCount);
        Assert.Equal(0, recorder.Lateness.Count);
        // More goes over the wire than bodies of four letters.
        Assert.True(recorder.BytesReceived > recorder.SucceededCount * 50 && recorder.BytesSent > recorder.SucceededCount * 30, $"{recorder.BytesReceived} and {recorder.BytesSent} bytes");
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (int seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
            Interlocked.CompareExchange(ref most, value, seen);
    }

    private static async Task<Recorder> RunAsync(StressPlan plan)
    {
        var recorder = new Recorder(plan.Scenario.Name);
        using var server = new StressServer(plan);
        await using var load = plan.Scenario.CreateLoad(plan, server, recorder);
        await load.OpenAsync(CancellationToken.None);
        using var over = new CancellationTokenSource(plan.Duration);
        await load.DriveAsync(over.Token);
        Assert.Null(await load.CheckAsync());
        return recorder;
    }

    private StressPlan Plan(int clients, double? rps, TimeSpan duration, string scenario = "basic") =>
        StressPlan.Of(ScenarioCatalogue.Find(scenario), new Uri($"http://localhost:{Port}")) with { Clients = clients, Rps = rps, Duration = duration, Timeout = TimeSpan.FromSeconds(60) };
}
