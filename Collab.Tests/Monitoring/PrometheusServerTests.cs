using Collab.Tests.EndToEnd;

namespace Collab.Tests.Monitoring;

/// <summary>The harness itself, on a real host.</summary>
public sealed class PrometheusServerTests
{
    [Fact]
    public async Task It_scrapes_a_real_host_and_answers_queries()
    {
        await using var host = await ServerProcess.StartAsync();
        await using var prometheus = await PrometheusServer.StartAsync($$"""
            global: { scrape_interval: 500ms, evaluation_interval: 500ms }
            rule_files: [rules/*.yaml]
            scrape_configs:
              - job_name: collab-web
                static_configs: [{ targets: ["{{host.Url.Authority}}"], labels: { service: web } }]
            """,
            ("rules/test.yaml", "groups: [{ name: test, rules: [{ record: 'test:up', expr: up }, { alert: AlwaysUp, expr: up == 1 }] }]"));

        await prometheus.WhenScrapedAsync();

        Assert.Equal(["web"], (await prometheus.WhenAsync("collab_build_info")).Select(sample => sample["service"]));
        Assert.Equal(1, Assert.Single(await prometheus.WhenAsync("test:up")).Value);
        Assert.Equal(2, Assert.Single(await prometheus.QueryAsync("scalar(vector(2))")).Value);
        Assert.Equal(("collab-web", "up"), Assert.Single(await prometheus.TargetsAsync()) switch { var target => (target.Job, target.Health) });
        Assert.Equal(host.Url.Authority, Assert.Single(await prometheus.WhenFiringAsync("AlwaysUp")).Labels["instance"]);
        Assert.Equal(["recording", "alerting"], (await prometheus.RulesAsync()).Select(rule => rule.Type));
        Assert.Contains("parse error", (await Assert.ThrowsAsync<InvalidOperationException>(() => prometheus.QueryAsync("sum(("))).Message, StringComparison.Ordinal);

        await host.KillAsync();
        await prometheus.WhenAsync("up", samples => samples is [{ Value: 0 }]);
    }

    [Fact]
    public async Task A_configuration_with_a_mistake_is_not_started_and_the_error_says_why()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => PrometheusServer.StartAsync("global: { scrape_interva: 5s }"));

        Assert.Contains("scrape_interva", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Promtool_names_what_is_wrong_with_a_scrape()
    {
        Assert.Empty(await Promtool.CheckMetricsAsync("# HELP a_total How many.\n# TYPE a_total counter\na_total 1\n"));
        Assert.Contains(await Promtool.CheckMetricsAsync("# TYPE a counter\na 1\n"), problem => problem.Contains("_total", StringComparison.Ordinal));
    }
}
