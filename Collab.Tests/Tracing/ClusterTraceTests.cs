using System.Net;
using System.Net.Http.Json;
using Collab.Tests.Cluster;
using Collab.Tests.EndToEnd;
using Collab.Tests.Web;

namespace Collab.Tests.Tracing;

/// <summary>Two silos and two web hosts that are clients of theirs, all of which send to one receiver.</summary>
public sealed class ClusterTraceTests
{
    private const string Document = "d";
    private const string Typed = "Zanzibar-typed";

    [ClusterFact]
    public async Task A_keystroke_is_one_trace_over_the_authors_host_a_silo_and_the_readers_host()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var cluster = await LocalCluster.StartAsync(new ClusterPlan(
            2, ["client", "client"], Settings: [$"Collab:Traces:Endpoint={receiver.Grpc}", "Collab:Traces:SampleRatio=1", "Collab:Traces:ExportInterval=00:00:00.1"]));
        using var http = new HttpClient { BaseAddress = cluster.Hosts[0].Url };
        using (var created = await http.PostAsJsonAsync("/api/documents", new { id = Document, kind = "text" }))
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        await using var author = await JoinAsync(cluster.Hosts[0]);
        await using var reader = await JoinAsync(cluster.Hosts[1]);

        await author.SubmitAsync(Document, 1, 0, Typed);
        await reader.OperationsAsync(0, 1);

        var hub = await receiver.WhenAsync(span => span.Name == "hub submit", "the message is traced");
        List<ReceivedSpan> Trace() => [.. receiver.Spans.Where(span => span.Trace == hub.Trace)];
        await Eventually.IsTrue(() => Trace().Count(span => span.Name == "push") == 2 && Trace().Count == 7, () => $"the trace is whole; it has {string.Join(", ", Trace().Select(span => span.Name))}");

        var spans = Trace();
        var call = spans.Single(span => span is { Name: "IDocumentGrain/Submit", Kind: ReceivedSpan.Client });
        var turn = spans.Single(span => span is { Name: "IDocumentGrain/Submit", Kind: ReceivedSpan.Server });
        var append = spans.Single(span => span.Name == "append");
        var pushes = spans.Where(span => span.Name == "push").ToList();
        Assert.Equal((hub.Id, call.Id, turn.Id, turn.Id), (call.Parent, turn.Parent, append.Parent, spans.Single(span => span.Name == "rebase").Parent));
        Assert.All(pushes, push => Assert.Equal((append.Id, "collab-web"), (push.Parent, push.Service)));
        Assert.Equal("collab-silo", turn.Service);
        Assert.Equal(2, pushes.Select(push => push.Instance).Distinct().Count());
        Assert.Contains(hub.Instance, pushes.Select(push => push.Instance));
        Assert.NotEqual(turn.Instance, hub.Instance);
        Assert.False(receiver.Holds(Typed));
    }

    private static async Task<HubClient> JoinAsync(ServerProcess host)
    {
        var client = await HubClient.ConnectAsync(new Uri(host.Url, "/collab"), origin: null, receiveBuffer: null);
        await client.JoinAsync(Document);
        return client;
    }
}
