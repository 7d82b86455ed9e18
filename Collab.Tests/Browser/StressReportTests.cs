using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Collab.Stress.Reporting.Html;
using Collab.Tests.Stress;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Collab.Tests.Browser;

/// <summary>The page that <c>collab-stress --html</c> writes, opened from its file by a browser.</summary>
[Collection(DemoFixture.Collection)]
public sealed class StressReportTests(DemoFixture fixture) : IDisposable
{
    private const string AllDrawn = "() => [...document.querySelectorAll('.plot canvas')].every((canvas) => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0))";

    // As the tool writes it: "<" stays as it is.
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("collab-report-");

    [Fact]
    public async Task It_shows_the_numbers_of_the_run_and_draws_its_charts()
    {
        string json = Path.Combine(_folder.FullName, "run.json");
        await using var server = await DemoServer.StartAsync();
        await using (var stress = StressProcess.Start(new Uri(server.Url), "typing", "--duration", "4s", "--linger", "0s", "--seed", "7", "--json", json, "--html", PageFile))
        {
            int code = await stress.WhenEndedAsync();
            Assert.True(code == 0, $"It ended with {code}:\n{stress.Output}");
        }

        var run = JsonDocument.Parse(await File.ReadAllTextAsync(json)).RootElement;
        await using var reader = await Reader.OpenAsync(fixture, PageFile, isDark: false, width: 1280);
        var page = reader.Page;
        Assert.Equal(1, await page.Locator(".verdict[data-outcome=whole]").CountAsync());
        Assert.Equal(Counted(run.GetProperty("integrity").GetProperty("acknowledged")), await page.Locator("[data-integrity=acknowledged] dd").InnerTextAsync());
        Assert.Equal("100 %", await page.Locator("[data-integrity=integrity] dd").InnerTextAsync());
        var latency = run.GetProperty("latency");
        Assert.Equal(Counted(latency.GetProperty("count")), await CellAsync("samples"));
        foreach (var (row, name) in new[] { ("min", "min"), ("mean", "mean"), ("p50", "p50"), ("p90", "p90"), ("p95", "p95"), ("p99", "p99"), ("p99.9", "p99_9"), ("max", "max") })
            AssertShows(latency.GetProperty(name).GetDouble(), await CellAsync(row));
        AssertShows(latency.GetProperty("p99").GetDouble(), await page.Locator("[data-tile=latency_p99] strong").InnerTextAsync());
        Assert.Contains(Counted(run.GetProperty("totals").GetProperty("succeeded")), await page.Locator("[data-tile=per_second] small").InnerTextAsync(), StringComparison.Ordinal);
        foreach (var status in run.GetProperty("statuses").EnumerateObject().Where(status => status.Value.GetInt64() > 0))
            Assert.Contains(Counted(status.Value), await page.Locator("[data-card=statuses] tr", new() { HasText = status.Name }).InnerTextAsync(), StringComparison.Ordinal);
        Assert.Contains("--seed 7", await page.Locator(".command").InnerTextAsync(), StringComparison.Ordinal);
        Assert.NotEqual(0, await page.Locator(".distribution rect").CountAsync());
        Assert.Equal(5, await page.Locator(".plot canvas").CountAsync());
        Assert.True(await page.EvaluateAsync<bool>(AllDrawn), "A chart is empty.");
        await page.Locator("details summary").ClickAsync();
        // Written after the click, when the browser tells that it is open.
        await Expect(page.Locator("details tbody tr")).ToHaveCountAsync(run.GetProperty("timeline").GetArrayLength());

        Task<string> CellAsync(string row) => page.Locator("[data-card=percentiles] tr", new() { Has = page.GetByRole(AriaRole.Rowheader, new() { Name = row, Exact = true }) }).Locator("td").First.InnerTextAsync();
    }

    [Theory]
    [InlineData(false, 1280)]
    [InlineData(true, 360)]
    public async Task A_run_that_is_not_whole_says_so_first_and_what_was_found_is_text(bool isDark, int width)
    {
        const string Finding = "stress-0 holds </script><script>document.title = 'gone'</script><!--<script>, which is &lt;text&gt;.";
        await File.WriteAllTextAsync(PageFile, HtmlReport.Of(Broken(Finding)));
        await using var reader = await Reader.OpenAsync(fixture, PageFile, isDark, width);
        var page = reader.Page;

        Assert.Equal("NOT WHOLE", await page.Locator(".verdict-word").InnerTextAsync());
        Assert.Equal(Finding, await page.Locator(".findings li").InnerTextAsync());
        Assert.Equal("2", await page.Locator(".is-bad[data-integrity=lost] dd").InnerTextAsync());
        Assert.StartsWith("conflict-heavy: NOT WHOLE", await page.TitleAsync(), StringComparison.Ordinal);
        // Late by more than a tenth of what it measured: the tool must not pass for the server.
        Assert.Contains("The tool may have been the limit", await page.Locator(".warnings").InnerTextAsync(), StringComparison.Ordinal);
        Assert.NotEqual(0, await page.Locator(".plot canvas").CountAsync());
        Assert.True(await page.EvaluateAsync<bool>(AllDrawn), "A chart is empty.");
        Assert.Equal(width, await page.EvaluateAsync<int>("() => Math.max(document.documentElement.scrollWidth, innerWidth)"));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string PageFile => Path.Combine(_folder.FullName, "report.html");

    // One that no real server makes: written by hand.
    private static string Broken(string finding) =>
        $$"""
        { "format": "collab-stress/1", "scenario": "conflict-heavy", "description": "everybody writes in one line", "target": "http://localhost:5080/", "command": "collab-stress conflict-heavy", "started": "2026-11-21T23:00:00Z",
          "seed": 7, "plan": { "clients": 2, "loop": "open" }, "outcome": "not_whole", "interrupted": false, "exit_code": 1,
          "totals": { "attempted": 10, "succeeded": 8, "failed": 1, "unanswered": 1, "seconds": 2.0, "per_second": 4.0, "bytes_sent": 1, "bytes_received": 2 },
          "latency": {{Latency(8)}}, "propagation": null, "lateness": {{Latency(80)}}, "statuses": { "acknowledged": 8, "refused": 1 }, "errors": { "rate_limited": 1 },
          "integrity": { "ratio": 0.75, "acknowledged": 8, "found": 6, "lost": 2, "given_up": 0, "doubled": 0, "altered": 0, "diverged": 0, "documents": 1, "replicas": 3,
            "findings": [{{JsonSerializer.Serialize(finding, Relaxed)}}], "findings_total": 1, "not_compared": [] },
          "timeline": [{ "at_seconds": 1, "succeeded": 8, "failed": 1, "clients": 2, "latency_p50": 1, "latency_p99": 3 }] }
        """;

    private static string Latency(int max) =>
        $$"""{ "count": 8, "min": 1, "mean": 2, "p50": 2, "p90": 3, "p95": 4, "p99": {{max}}, "p99_9": {{max}}, "max": {{max}}, "buckets": [{ "up_to_ms": 2, "count": 4 }, { "up_to_ms": {{max}}, "count": 4 }] }""";

    private static string Counted(JsonElement number) => number.GetInt64().ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>As rounded as it is shown: <c>4.2 ms</c>, <c>1.35 s</c>.</summary>
    private static void AssertShows(double milliseconds, string shown)
    {
        string[] parts = shown.Split(' ');
        double value = double.Parse(parts[0], CultureInfo.InvariantCulture) * (parts[1] == "s" ? 1000 : 1);
        Assert.True(Math.Abs(value - milliseconds) <= 0.01 * milliseconds + 0.051, $"{milliseconds} ms is shown as {shown}.");
    }

    /// <summary>A page opened from a file, which asks nobody for anything and has no errors.</summary>
    private sealed class Reader(IBrowserContext context, IPage page) : IAsyncDisposable
    {
        private readonly List<string> _wrong = [];

        public IPage Page => page;

        public static async Task<Reader> OpenAsync(DemoFixture fixture, string file, bool isDark, int width)
        {
            var context = await fixture.NewContextAsync(isDark, width, 900);
            var reader = new Reader(context, await context.NewPageAsync());
            string address = new Uri(file).AbsoluteUri;
            reader.Page.PageError += (_, error) => reader._wrong.Add(error);
            reader.Page.Console += (_, message) =>
            {
                if (message.Type is "error" or "warning") reader._wrong.Add(message.Text);
            };
            reader.Page.Request += (_, request) =>
            {
                if (request.Url != address && !request.Url.StartsWith("data:", StringComparison.Ordinal)) reader._wrong.Add($"It asks for {request.Url}.");
            };
            await reader.Page.GotoAsync(address);
            await reader.Page.Locator("body[data-drawn]").WaitForAsync();
            return reader;
        }

        public async ValueTask DisposeAsync()
        {
            await context.CloseAsync();
            Assert.True(_wrong.Count == 0, string.Join('\n', _wrong));
        }
    }
}
