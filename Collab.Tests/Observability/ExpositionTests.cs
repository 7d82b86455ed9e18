using System.Net.Http.Json;
using Collab.Tests.EndToEnd;
using Collab.Tests.Monitoring;

namespace Collab.Tests.Observability;

/// <summary>What real hosts show at <c>/metrics</c> is what Prometheus' own tools take for sound, in both of its forms.</summary>
public sealed class ExpositionTests : IAsyncLifetime
{
    private readonly ServerProcess _web = new();
    private readonly ServerProcess _silo = new(ServerProgram.Silo, "Collab:Cluster:Mode=embedded");
    private readonly HttpClient _http = new();

    public async Task InitializeAsync()
    {
        await Task.WhenAll(_web.StartAgainAsync(), _silo.StartAgainAsync());
        (await _http.PostAsJsonAsync(new Uri(_web.Url, "api/documents"), new { id = "exposed", kind = "text", title = "A \"title\" \\ of\ntwo lines" })).EnsureSuccessStatusCode();
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _web.DisposeAsync();
        await _silo.DisposeAsync();
    }

    [Fact]
    public async Task Promtool_finds_nothing_wrong_with_either_host()
    {
        foreach (var server in (ServerProcess[])[_web, _silo])
        {
            var (type, text) = await ScrapeAsync(server, "text/plain");
            Assert.Equal("text/plain", type);
            Assert.Contains("\ncollab_build_info{", text, StringComparison.Ordinal);
            Assert.Empty(await Promtool.CheckMetricsAsync(text));
        }
    }

    [Fact]
    public async Task OpenMetrics_is_what_is_shown_to_whoever_asks_for_it()
    {
        foreach (var server in (ServerProcess[])[_web, _silo])
        {
            var (type, text) = await ScrapeAsync(server, "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5,*/*;q=0.1");
            string[] lines = text.Split('\n');
            Assert.Equal("application/openmetrics-text", type);
            Assert.Equal(["# EOF", ""], lines[^2..]);
            Assert.Single(lines, "# EOF");
            // A counter's family is called by less than its sample; numbers that may have a fraction have a point, counts have none.
            Assert.Contains("# TYPE collab_http_requests counter", lines);
            Assert.DoesNotContain(lines, line => line.StartsWith("# TYPE", StringComparison.Ordinal) && (line.EndsWith("_total counter", StringComparison.Ordinal) || line.EndsWith(" unknown", StringComparison.Ordinal)));
            Assert.Contains(lines, line => line.StartsWith("collab_http_requests_total{", StringComparison.Ordinal) && line.EndsWith(".0", StringComparison.Ordinal));
            Assert.Contains(lines, line => line.StartsWith("collab_http_response_size_bytes_bucket{", StringComparison.Ordinal) && line.Contains("le=\"64.0\"} ", StringComparison.Ordinal) && !line.EndsWith(".0", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_real_Prometheus_asks_for_OpenMetrics_and_takes_it()
    {
        await using var prometheus = await PrometheusServer.StartAsync($$"""
            global: { scrape_interval: 1s, scrape_timeout: 1s }
            scrape_configs:
              - job_name: collab
                static_configs:
                  - targets: ["{{_web.Url.Authority}}", "{{_silo.Url.Authority}}"]
            """);
        await prometheus.WhenScrapedAsync();

        var created = await prometheus.WhenAsync($$"""collab_http_requests_total{instance="{{_web.Url.Authority}}",method="POST",route="/api/documents",status_code="201"}""");
        Assert.Equal(1, Assert.Single(created).Value);
        // Only OpenMetrics writes a whole bound so.
        await prometheus.WhenAsync("""collab_http_response_size_bytes_bucket{le="64.0"}""");
        Assert.Equal(2, (await prometheus.WhenAsync("collab_build_info", samples => samples.Count == 2)).Count);
        await prometheus.WhenAsync("orleans_scheduler_long_running_turns_total", samples => samples.Count == 2);
    }

    private async Task<(string? Type, string Text)> ScrapeAsync(ServerProcess server, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Url, "metrics"));
        request.Headers.Accept.ParseAdd(accept);
        // Twice, for the first is under way while its own route is shown.
        await _http.GetAsync(request.RequestUri);
        using var answer = await _http.SendAsync(request);
        return (answer.Content.Headers.ContentType?.MediaType, await answer.Content.ReadAsStringAsync());
    }
}
