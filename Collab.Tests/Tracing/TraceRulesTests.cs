using System.Diagnostics;
using Collab.Contracts;
using Collab.Grains.Documents;
using Collab.Observability;
using Collab.Silo.Tracing;
using Collab.Web;
using Collab.Web.Connections;
using Collab.Web.Messages;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Trace;
using Span = System.Diagnostics.Activity;

namespace Collab.Tests.Tracing;

/// <summary>What is recorded, what is let through, and what it costs where nobody listens. In this process nobody listens to Collab's own spans.</summary>
public sealed class TraceRulesTests
{
    private const string Request = "Microsoft.AspNetCore.Hosting.HttpRequestIn";

    private static readonly SessionId Session = new("s");
    private static readonly ActivityContext Recorded = new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, isRemote: true);
    private static readonly ActivityContext NotRecorded = new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.None, isRemote: true);

    [Theory]
    [InlineData("hub submit", true)]
    [InlineData(Request, true)]
    [InlineData("IDocumentGrain/Listen", false)]
    [InlineData("append", false)]
    public void A_trace_begins_with_a_message_or_a_request_and_with_nothing_else(string name, bool isRecorded)
    {
        Assert.Equal(isRecorded, Decides(1, default, name));
        Assert.False(Decides(0, default, name));
    }

    [Theory]
    [InlineData("hub submit")]
    [InlineData(Request)]
    [InlineData("push")]
    public void What_is_part_of_a_trace_goes_by_its_parent(string name)
    {
        Assert.True(Decides(0, Recorded, name));
        Assert.False(Decides(1, NotRecorded, name));
    }

    [Fact]
    public void A_ratio_takes_that_part()
    {
        int recorded = Enumerable.Range(0, 10_000).Count(_ => Decides(0.25, default, "hub submit"));

        // Six standard deviations.
        Assert.InRange(recorded, 2_240, 2_760);
    }

    [Fact]
    public void Tags_that_are_not_known_to_be_harmless_are_taken_out()
    {
        using var span = new Span("test") { ActivityTraceFlags = ActivityTraceFlags.Recorded };
        span.SetTag("collab.document", "d").SetTag("rpc.method", "m").SetTag("orleans.rpc.target_id", "user/anna").SetTag("orleans.rpc.source_id", "user/anna").SetTag("url.path", "/api/documents/d/permissions/anna");
        span.SetTag("exception.message", "text").SetTag("exception.stacktrace", "text").SetTag("exception.type", "T").SetTag("user_agent.original", "anna");
        using var rules = new SpanRules();

        rules.OnEnd(span);

        Assert.Equal(["collab.document", "exception.type", "rpc.method"], span.TagObjects.Select(tag => tag.Key).Order());
    }

    [Fact]
    public void Where_nobody_listens_a_span_allocates_nothing()
    {
        Assert.False(CollabActivities.AreOn, "somebody in this process listens");
        var message = new SubmitMessage(new DocumentId("d"), 1, Revision.Zero, default);
        var traces = new OperationTraces();
        Spans(message, traces);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++)
            Spans(message, traces);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task Without_a_receiver_no_filter_listener_or_service_is_added()
    {
        Assert.Empty(await AddedAsync(null));
        Assert.Equal(["ActivityPropagationIncomingGrainCallFilter", "ActivityPropagationOutgoingGrainCallFilter", "TracedRefusals", "TracedRefusals", "TracedRequests"], await AddedAsync("http://collector:4317"));
    }

    [Fact]
    public void Of_a_batch_those_that_are_traced_are_told_of_once_and_no_more_than_64()
    {
        var traces = new OperationTraces();
        for (int revision = 1; revision <= 100; revision++)
            traces.Add(new Revision(revision), revision % 10 == 0 ? null : "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");

        Assert.Equal([1, 2, 3], traces.Take(new Revision(3))!.Value.Select(trace => trace.Revision.Value));
        Assert.Null(traces.Take(new Revision(3)));
        Assert.Equal(61, traces.Take(new Revision(100))!.Value.Length);
        Assert.Null(traces.Take(new Revision(100)));
    }

    private static async Task<string[]> AddedAsync(string? endpoint)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Test" });
        builder.Configuration.AddInMemoryCollection([new("Collab:Log:Provider", "memory"), new("Collab:Traces:Endpoint", endpoint)]);
        builder.AddCollab();
        await using var services = builder.Services.BuildServiceProvider();
        Assert.Equal(endpoint is not null, services.GetServices<IHostedService>().Any(service => service is TraceExport));
        return [.. builder.Services.Select(service => service.IsKeyedService ? null : service.ImplementationType?.Name).OfType<string>().Where(name => name.StartsWith("Trace", StringComparison.Ordinal) || name.StartsWith("ActivityPropagation", StringComparison.Ordinal)).Where(name => !name.EndsWith("Rules", StringComparison.Ordinal)).Order()];
    }

    // All that a keystroke goes through.
    private static void Spans(SubmitMessage message, OperationTraces traces)
    {
        using var hub = HubSpan.Begin(message);
        using var held = HubSpan.Hold().Of(Session);
        using var rebase = CollabActivities.Rebase("d", "text").Tag(SpanTag.Distance, 3);
        using var append = CollabActivities.Append("d", "text").Tag(SpanTag.Revision, 4);
        traces.Add(new Revision(4), append.Parent);
        if (traces.Take(new Revision(4)) is not null)
            throw new InvalidOperationException("Nothing is traced.");
        CollabActivities.Refused("conflict");
        held.Settle(new Revision(4), isDuplicate: false);
    }

    private static bool Decides(double ratio, ActivityContext parent, string name) =>
        new TraceSampler(ratio).ShouldSample(new SamplingParameters(parent, parent.TraceId == default ? ActivityTraceId.CreateRandom() : parent.TraceId, name, ActivityKind.Server)).Decision == SamplingDecision.RecordAndSample;
}
