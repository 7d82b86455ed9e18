using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Prometheus;

namespace Collab.Tests.Offline;

/// <summary>What Collab relies on in prometheus-net: exact counting without locks or garbage, and an exposition that Prometheus reads.</summary>
public sealed partial class PrometheusTests
{
    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly MetricFactory _factory;

    public PrometheusTests() => _factory = Metrics.WithCustomRegistry(_registry);

    [Fact]
    public async Task Each_metric_is_shown_with_its_type_its_help_and_its_series()
    {
        _factory.CreateCounter("done_total", "Things done.", "kind").WithLabels("a").Inc(2);
        _factory.CreateGauge("now", "Things now.").Set(-1.5);
        var histogram = _factory.CreateHistogram("seconds", "How long.", new HistogramConfiguration { Buckets = [0.1, 1] });
        histogram.Observe(0.1);
        histogram.Observe(0.5);
        histogram.Observe(7);

        var lines = await ScrapeAsync();

        Assert.Equal(
            [
                "# HELP done_total Things done.", "# TYPE done_total counter", "done_total{kind=\"a\"} 2",
                "# HELP now Things now.", "# TYPE now gauge", "now -1.5",
                "# HELP seconds How long.", "# TYPE seconds histogram",
                "seconds_bucket{le=\"+Inf\"} 3", "seconds_bucket{le=\"0.1\"} 1", "seconds_bucket{le=\"1\"} 2", "seconds_count 3", "seconds_sum 7.6",
            ],
            lines.OrderBy(line => line.Split(' ')[line.StartsWith('#') ? 2 : 0].Split('_', '{')[0], StringComparer.Ordinal)
                .ThenBy(line => line, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_line_is_of_the_text_format_also_with_hostile_label_values()
    {
        _factory.CreateCounter("hostile_total", "Help.", "value").WithLabels("a\\b\"c\nd{e}").Inc();
        _factory.CreateGauge("unset", "Help.");

        var lines = await ScrapeAsync();

        Assert.Contains("""hostile_total{value="a\\b\"c\nd{e}"} 1""", lines);
        Assert.Contains("unset 0", lines);
        Assert.All(lines, line => Assert.Matches(Line(), line));
    }

    [Fact]
    public async Task A_second_scrape_shows_what_the_first_has_shown()
    {
        _factory.CreateCounter("done_total", "Things done.").Inc();

        Assert.Equal(await ScrapeAsync(), await ScrapeAsync());
    }

    [Fact]
    public void One_name_is_one_metric()
    {
        var first = _factory.CreateCounter("done_total", "Things done.", "kind");

        Assert.Same(first, _factory.CreateCounter("done_total", "Things done.", "kind"));
        Assert.Same(first.WithLabels("a"), first.WithLabels("a"));
        Assert.Throws<InvalidOperationException>(() => _factory.CreateGauge("done_total", "Things done.", "kind"));
        Assert.ThrowsAny<ArgumentException>(() => _factory.CreateCounter("not a name", "Help."));
    }

    [Fact]
    public void Nothing_is_lost_when_threads_count_at_once()
    {
        var counter = _factory.CreateCounter("done_total", "Things done.");
        var histogram = _factory.CreateHistogram("size", "How big.", new HistogramConfiguration { Buckets = Histogram.LinearBuckets(1, 1, 5) });

        Parallel.For(0, 8, _ =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                counter.Inc();
                histogram.Observe(i % 7);
            }
        });

        Assert.Equal(160_000, counter.Value);
        Assert.Equal(160_000, histogram.Count);
        Assert.Equal(8 * Enumerable.Range(0, 20_000).Sum(i => i % 7), histogram.Sum);
    }

    [Fact]
    public void Counting_and_observing_leave_no_garbage()
    {
        var counter = _factory.CreateCounter("done_total", "Things done.", "kind").WithLabels("a");
        var gauge = _factory.CreateGauge("now", "Things now.");
        var histogram = _factory.CreateHistogram("seconds", "How long.", "kind").WithLabels("a");
        Use();

        var before = GC.GetAllocatedBytesForCurrentThread();
        Use();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Use()
        {
            for (var i = 0; i < 1_000; i++)
            {
                counter.Inc();
                gauge.Set(i);
                histogram.Observe(i);
            }
        }
    }

    [Fact]
    public void A_counter_only_grows()
    {
        var counter = _factory.CreateCounter("done_total", "Things done.");
        counter.IncTo(5);
        counter.IncTo(3);

        Assert.Equal(5, counter.Value);
        Assert.Throws<ArgumentOutOfRangeException>(() => counter.Inc(-1));
    }

    [Fact]
    public void Buckets_have_the_bounds_that_were_meant()
    {
        Assert.Equal([0.1, 0.2, 0.4, 0.8], Histogram.ExponentialBuckets(0.1, 2, 4));
        Assert.Equal([0.1, 0.2, 0.3], Histogram.LinearBuckets(0.1, 0.1, 3));
        Assert.ThrowsAny<ArgumentException>(() => _factory.CreateHistogram("h", "Help.", new HistogramConfiguration { Buckets = [2, 1] }));
    }

    [Fact]
    public async Task Callbacks_before_a_scrape_set_what_it_shows_and_their_failure_hides_nothing()
    {
        var gauge = _factory.CreateGauge("now", "Things now.");
        _registry.AddBeforeCollectCallback(() => throw new InvalidOperationException("A source of values fails."));
        _registry.AddBeforeCollectCallback(() => gauge.Set(3));
        _registry.AddBeforeCollectCallback(async _ =>
        {
            await Task.Yield();
            gauge.Inc();
        });

        Assert.Contains("now 4", await ScrapeAsync());
    }

    [Fact]
    public async Task The_endpoint_answers_again_and_again()
    {
        _factory.CreateCounter("done_total", "Things done.").Inc();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        await using var server = builder.Build();
        server.MapMetrics(registry: _registry);
        await server.StartAsync();
        using var client = new HttpClient
        {
            BaseAddress = new Uri(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()),
        };

        for (var scrape = 0; scrape < 3; scrape++)
        {
            using var response = await client.GetAsync("/metrics");
            Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
            Assert.Contains("done_total 1\n", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Whoever_asks_for_OpenMetrics_gets_it()
    {
        _factory.CreateCounter("done_total", "Things done.", "kind").WithLabels("a").Inc(2);
        _factory.CreateGauge("now", "Things now.").Set(-1.5);
        _factory.CreateHistogram("seconds", "How long.", new HistogramConfiguration { Buckets = [0.1, 1] }).Observe(3);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        await using var server = builder.Build();
        server.MapMetrics(registry: _registry);
        await server.StartAsync();
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Accept.ParseAdd("application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1");

        using var answer = await client.GetAsync(new Uri(server.Urls.Single() + "/metrics"));

        Assert.Equal("application/openmetrics-text", answer.Content.Headers.ContentType?.MediaType);
        string[] lines = (await answer.Content.ReadAsStringAsync()).Split('\n');
        Assert.Equal(["# EOF", ""], lines[^2..]);
        Assert.Equal(
            [
                "# HELP done Things done.", "# HELP now Things now.", "# HELP seconds How long.", "# TYPE done counter", "# TYPE now gauge", "# TYPE seconds histogram",
                "done_total{kind=\"a\"} 2.0", "now -1.5",
                "seconds_bucket{le=\"+Inf\"} 1", "seconds_bucket{le=\"0.1\"} 0", "seconds_bucket{le=\"1.0\"} 0", "seconds_count 1", "seconds_sum 3.0",
            ],
            lines[..^2].Order(StringComparer.Ordinal));
    }

    private async Task<string[]> ScrapeAsync()
    {
        using var stream = new MemoryStream();
        await _registry.CollectAndExportAsTextAsync(stream);
        return Encoding.UTF8.GetString(stream.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    [GeneratedRegex("""^(# HELP [a-z_]+ .*|# TYPE [a-z_]+ (counter|gauge|histogram)|[a-z_]+(\{([a-z_]+="([^"\\]|\\["\\n])*",?)*\})? (-?[0-9.]+(E[+-]?[0-9]+)?|[+-]Inf|NaN))$""")]
    private static partial Regex Line();
}
