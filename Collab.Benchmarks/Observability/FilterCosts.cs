using System.Security.Claims;
using Collab.Contracts;
using Collab.Contracts.Sessions;
using Collab.Grains;
using Collab.Silo.Instruments;
using Collab.Tests;
using Collab.Web.Connections;
using Collab.Web.Messages;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Collab.Benchmarks.Observability;

/// <summary>What the filters take, alone, in this process: of a whole operation it would be lost in the noise.</summary>
internal static class FilterCosts
{
    private const int Calls = 50_000;
    private const int Messages = 2_000_000;

    private const int Requests = 200_000;

    /// <summary>A grain call inside of a silo, by the client in its process: one that asks for what is not there, and so does next to nothing.</summary>
    /// <param name="filter">Adds what stands around it.</param>
    public static async Task<Comparison> OfGrainCallsAsync(int rounds, Action<ISiloBuilder> filter)
    {
        using var off = await StartAsync(_ => { });
        using var on = await StartAsync(filter);
        var comparison = await Comparison.RunAsync(rounds, async isOn =>
        {
            var grain = (isOn ? on : off).Services.GetRequiredService<IGrainFactory>().GetGrain<ISessionGrain>(SessionId.New().Value);
            var used = Environment.CpuUsage.TotalTime;
            for (int i = 0; i < Calls; i++)
                await grain.Describe();
            return (Environment.CpuUsage.TotalTime - used).TotalMicroseconds / Calls;
        });
        await Task.WhenAll(off.StopAsync(), on.StopAsync());
        return comparison;
    }

    public static Comparison OfMessages(int rounds)
    {
        var filter = new HubMetrics();
        var method = typeof(CollabHub).GetMethod(nameof(CollabHub.Leave))!;
        object[] arguments = [new LeaveMessage(new DocumentId("d")) { Bytes = 80 }];
        var invocation = new Invocation();
        using var hub = new CollabHub();
        Func<HubInvocationContext, ValueTask<object?>> handle = _ => default;
        return Comparison.RunAsync(rounds, MeasureAsync).GetAwaiter().GetResult();

        async Task<double> MeasureAsync(bool isOn)
        {
            var used = Environment.CpuUsage.TotalTime;
            // With a filter SignalR makes a context for each message; without one it makes none.
            for (int i = 0; i < Messages; i++)
            {
                if (isOn)
                    await filter.InvokeMethodAsync(new HubInvocationContext(invocation, invocation, hub, method, arguments), handle);
                else
                    await handle(null!);
            }

            return (Environment.CpuUsage.TotalTime - used).TotalMicroseconds / Messages;
        }
    }

    /// <summary>Filters that do nothing: what the engine takes for having any.</summary>
    public static void AddEmpty(ISiloBuilder silo) =>
        silo.AddIncomingGrainCallFilter(static call => call.Invoke()).AddOutgoingGrainCallFilter(static call => call.Invoke());

    /// <summary>The middleware around an endpoint that writes a word, without a server.</summary>
    public static Task<Comparison> OfRequestsAsync(int rounds)
    {
        byte[] word = "Healthy"u8.ToArray();
        var endpoint = new RouteEndpoint(Answer, RoutePatternFactory.Parse("/benchmark"), 0, null, null);
        return Comparison.RunAsync(rounds, async isOn =>
        {
            var used = Environment.CpuUsage.TotalTime;
            for (int i = 0; i < Requests; i++)
            {
                var context = new DefaultHttpContext();
                context.Features.Set<IHttpRequestBodyDetectionFeature>(NoBody.Instance);
                context.Request.Method = "GET";
                context.SetEndpoint(endpoint);
                await (isOn ? MeasuredRequest.RunAsync(context, Answer) : Answer(context));
            }

            return (Environment.CpuUsage.TotalTime - used).TotalMicroseconds / Requests;
        });

        Task Answer(HttpContext context) => context.Response.Body.WriteAsync(word).AsTask();
    }

    private sealed class NoBody : IHttpRequestBodyDetectionFeature
    {
        public static NoBody Instance { get; } = new();

        public bool CanHaveBody => false;
    }

    private static async Task<IHost> StartAsync(Action<ISiloBuilder> filter)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection([new("Collab:Log:Provider", "memory")]);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(OwnPort.Take(), OwnPort.Take()).AddCollabGrains();
            filter(silo);
        });
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    /// <summary>A connection, as far as the filter asks.</summary>
    private sealed class Invocation : HubCallerContext, IServiceProvider
    {
        public override string ConnectionId => "";

        public override string? UserIdentifier => null;

        public override ClaimsPrincipal? User => null;

        public override IDictionary<object, object?> Items { get; } = new Dictionary<object, object?>();

        public override IFeatureCollection Features { get; } = new FeatureCollection();

        public override CancellationToken ConnectionAborted => default;

        public override void Abort()
        {
        }

        public object? GetService(Type serviceType) => null;
    }
}
