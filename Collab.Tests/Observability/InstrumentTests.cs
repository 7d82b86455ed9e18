using Collab.Grains.Filters;
using Collab.Observability.Runtime;
using Collab.Silo.Instruments;
using Collab.Tests.EndToEnd;
using Collab.Tests.Web;
using Collab.Web.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Collab.Tests.Observability;

/// <summary>What stands around calls of a whole host measures them, unless it is switched off.</summary>
public sealed class InstrumentTests
{
    private const string Submits = """{type="submit",direction="in"}""";

    [Fact]
    public Task Grain_calls_are_measured_where_they_run_and_where_they_are_made() => WithHostAsync(async host =>
    {
        var before = await Scrape.OfAsync(host.Http.BaseAddress!);

        await host.CreateAsync();

        var after = await Scrape.OfAsync(host.Http.BaseAddress!);
        Assert.True(after["""collab_grain_calls_total{grain="DocumentGrain",method="Create",status="ok"}"""] > before["""collab_grain_calls_total{grain="DocumentGrain",method="Create",status="ok"}"""]);
        foreach (string metric in (string[])["collab_grain_call_duration_seconds", "collab_grain_client_call_duration_seconds"])
        {
            string series = $$"""{{metric}}_count{grain="DocumentGrain",method="Create"}""";
            Assert.True(after[series] > before[series], series);
        }
    });

    [Fact]
    public Task Messages_are_counted_with_their_size_where_they_are_handled_and_so_is_what_nobody_foresaw() => WithHostAsync(async host =>
    {
        string document = await host.CreateAsync();
        await using var client = await host.ConnectAsync();
        await client.JoinAsync(document);
        var before = await Scrape.OfAsync(host.Http.BaseAddress!);

        await client.SubmitAsync(document, 1, 0, "a");
        await client.OperationsAsync(0, 1);
        var after = await Scrape.OfAsync(host.Http.BaseAddress!);
        Assert.True(after["collab_websocket_messages_total" + Submits] > before["collab_websocket_messages_total" + Submits]);
        Assert.True(after["collab_websocket_message_size_bytes_sum" + Submits] - before["collab_websocket_message_size_bytes_sum" + Submits] > 64);

        await client.SendAsync("leave", new { document });
        await Eventually.IsTrue(async () => (await Scrape.OfAsync(host.Http.BaseAddress!))["""collab_unhandled_exceptions_total{component="hub"}"""] > after["""collab_unhandled_exceptions_total{component="hub"}"""]);
        await client.SubmitAsync(document, 2, 1, "b");
        await client.OperationsAsync(1, 1);
    }, configure: services => services.ServeBySignalRAlone().Configure<HubOptions<CollabHub>>(hub => hub.AddFilter(new Clumsy())));

    [Fact]
    public Task Switched_off_nothing_stands_around_calls_and_the_metrics_stay() => WithHostAsync(async host =>
    {
        Assert.DoesNotContain(host.Services.GetServices<IStartupFilter>(), filter => filter is RequestMeasurement);
        Assert.DoesNotContain(host.Services.GetServices<IIncomingGrainCallFilter>(), filter => filter is GrainCallMetrics);
        Assert.DoesNotContain(host.Services.GetServices<IOutgoingGrainCallFilter>(), filter => filter is GrainClientMetrics);
        Assert.DoesNotContain(host.Services.GetServices<IHostedService>(), service => service is RuntimeSampler or ExceptionWatch);
        string document = await host.CreateAsync();
        await using var client = await host.ConnectAsync();
        await client.JoinAsync(document);
        await client.SubmitAsync(document, 1, 0, "a");
        await client.OperationsAsync(0, 1);
        Assert.True(await host.MetricAsync("collab_sessions_total") > 0);
    }, new() { ["Collab:Metrics:Enabled"] = "false" });

    [Fact]
    public async Task A_service_that_fails_is_counted_before_it_stops_its_host()
    {
        var failing = new TaskCompletionSource();
        await WithHostAsync(async host =>
        {
            double before = await host.MetricAsync("""collab_unhandled_exceptions_total{component="background"}""");

            failing.SetResult();

            var counted = Prometheus.Metrics.CreateCounter("collab_unhandled_exceptions_total", "", "component").WithLabels("background");
            await Eventually.IsTrue(() => counted.Value > before);
        }, configure: services => services.AddHostedService(_ => new Failing(failing.Task)));
    }

    [Fact]
    public Task A_task_that_nobody_asked_for_its_failure_is_counted() => WithHostAsync(async host =>
    {
        double before = await host.MetricAsync("""collab_unhandled_exceptions_total{component="process"}""");

        await Eventually.IsTrue(async () =>
        {
            LeaveAlone();
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return await host.MetricAsync("""collab_unhandled_exceptions_total{component="process"}""") > before;
        });

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void LeaveAlone() => _ = Task.FromException(new NotSupportedException("Left alone by a test."));
    });

    private static async Task WithHostAsync(Func<WebHost, Task> test, Dictionary<string, string?>? settings = null, Action<IServiceCollection>? configure = null)
    {
        var host = new WebHost(settings ?? [], configure);
        await host.StartAsync();
        try
        {
            await test(host);
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    /// <summary>A hub that fails at one verb.</summary>
    private sealed class Clumsy : IHubFilter
    {
        public ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next) =>
            invocationContext.HubMethodName == nameof(CollabHub.Leave) ? ValueTask.FromException<object?>(new NotSupportedException()) : next(invocationContext);
    }

    private sealed class Failing(Task when) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await when.WaitAsync(stoppingToken);
            throw new NotSupportedException();
        }
    }
}
