using System.Net;

namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>A program uses the API: it makes a document, reads it, asks for what there is none of, and connects.</summary>
internal sealed class RequestsAreMade : Scenario
{
    private const string Content = "method=\"GET\",route=\"/api/documents/{id}/content\"";

    public override IEnumerable<Move> Moves =>
    [
        Move.By("collab_http_requests_total{method=\"POST\",route=\"/api/documents\",status_code=\"201\"}", 1),
        Move.By($"collab_http_requests_total{{{Content},status_code=\"200\"}}", 1),
        Move.By($"collab_http_requests_total{{{Content},status_code=\"404\"}}", 1),
        Move.By("collab_http_requests_total{method=\"GET\",route=\"unmatched\",status_code=\"404\"}", 1),
        Move.By("collab_http_requests_total{method=\"GET\",route=\"/collab\",status_code=\"101\"}", 1),
        Move.By($"collab_http_request_duration_seconds_count{{{Content}}}", 2),
        Move.Rises($"collab_http_request_duration_seconds_sum{{{Content}}}"),
        Move.By("collab_http_request_size_bytes_count{method=\"POST\",route=\"/api/documents\"}", 1),
        Move.Rises("collab_http_request_size_bytes_sum{method=\"POST\",route=\"/api/documents\"}"),
        Move.By($"collab_http_response_size_bytes_count{{{Content}}}", 2),
        Move.Rises($"collab_http_response_size_bytes_sum{{{Content}}}"),
        // That is the scrape.
        Move.ShowsAtLeast("collab_http_active_requests", 1),
        Move.By("collab_grain_client_call_duration_seconds_count{grain=\"DocumentGrain\",method=\"Create\"}", 1),
    ];

    public override async Task HappenAsync(Stage stage)
    {
        string document = await stage.CreateAsync();
        Assert.Equal(HttpStatusCode.OK, (await stage.SendAsync(HttpMethod.Get, $"/api/documents/{document}/content")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await stage.SendAsync(HttpMethod.Get, "/api/documents/there-is-none/content")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await stage.SendAsync(HttpMethod.Get, "/there-is-nothing")).Status);
        await stage.ConnectAsync();
    }
}
