using System.Net.Http.Json;
using Collab.Tests.EndToEnd;
using Collab.Tests.Web;

namespace Collab.Tests.Tracing;

/// <summary>Receivers that speak gRPC, that are away, and none: the server does its work, and ends in order.</summary>
public sealed class TraceExportTests
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task A_host_that_stops_sends_what_is_left_over_gRPC()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var server = await ServerProcess.StartAsync($"Collab:Traces:Endpoint={receiver.Grpc}", "Collab:Traces:SampleRatio=1", "Collab:Traces:ExportInterval=00:01:00");
        await EditAsync(server);

        Assert.Equal(0, await server.Process.TerminateAsync(StopLimit));

        string[] names = [.. receiver.Spans.Select(span => span.Name)];
        Assert.True(names.Contains("push") && names.Contains("POST /api/documents/"), $"{string.Join(", ", names)}\n{server.Log}");
    }

    [Fact]
    public async Task A_ratio_of_nothing_records_nothing_but_what_the_caller_records()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var server = await ServerProcess.StartAsync($"Collab:Traces:Endpoint={receiver.Grpc}", "Collab:Traces:SampleRatio=0", "Collab:Traces:ExportInterval=00:00:00.1");
        await EditAsync(server);
        using var http = new HttpClient { BaseAddress = server.Url };
        http.DefaultRequestHeaders.Add("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        using var answer = await http.GetAsync(new Uri("api/documents/d/content", UriKind.Relative));

        await receiver.WhenAsync(span => span.Name == "GET /api/documents/{id}/content", "the request that its caller records came");
        Assert.All(receiver.Spans, span => Assert.Equal("4bf92f3577b34da6a3ce929d0e0e4736", span.Trace));
        Assert.Contains(receiver.Spans, span => span.Name == "IDocumentGrain/ReadContent");
        Assert.Equal(0, (await Scrape.OfAsync(server.Url))["collab_traces_total"]);
    }

    [Fact]
    public async Task A_receiver_that_is_away_is_counted_and_named_and_nothing_else_suffers()
    {
        await using var server = await ServerProcess.StartAsync($"Collab:Traces:Endpoint=http://127.0.0.1:{OwnPort.Take()}", "Collab:Traces:SampleRatio=1", "Collab:Traces:ExportInterval=00:00:00.1", "Collab:Traces:QueueSpansLimit=4");
        await EditAsync(server);

        await Eventually.IsTrue(async () => (await Scrape.OfAsync(server.Url))["collab_errors_total{component=\"traces\",code=\"not_sent\"}"] >= 1, "the failed export is counted");
        await Eventually.IsTrue(() => server.Log.Contains("Collab.Silo.Tracing.TraceExport[131]", StringComparison.Ordinal), "the failed export is logged");
        await EditAsync(server, document: "e");
        Assert.Equal(0, await server.Process.TerminateAsync(StopLimit));
    }

    private static async Task EditAsync(ServerProcess server, string document = "d")
    {
        using var http = new HttpClient { BaseAddress = server.Url };
        using var created = await http.PostAsJsonAsync("/api/documents", new { id = document, kind = "text" });
        Assert.True(created.IsSuccessStatusCode, await created.Content.ReadAsStringAsync());
        await using var client = await HubClient.ConnectAsync(new Uri(server.Url, "/collab"), origin: null, receiveBuffer: null);
        await client.JoinAsync(document);
        await client.SubmitAsync(document, 1, 0, "x");
        await client.OperationsAsync(0, 1);
    }
}
