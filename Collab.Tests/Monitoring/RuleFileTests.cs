using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Collab.Tests.Deploy;
using Collab.Tests.Operations;

namespace Collab.Tests.Monitoring;

/// <summary>Rules and alerts of <c>deploy/prometheus</c>, as Prometheus' own tools see them; and that each has its tests, its metrics and its place in the runbook.</summary>
[Collection(DeployFiles.Collection)]
public sealed partial class RuleFileTests(DeployFiles files)
{
    private static readonly string[] Dashboards = ["collab-overview", "collab-collaboration", "collab-service", "collab-infrastructure", "collab-load-test"];

    // Of Prometheus itself and of postgres_exporter, tried with 0.11: what rules may use, and no more.
    private static readonly string[] OthersMetrics =
    [
        "up", "pg_up", "pg_stat_activity_count", "pg_settings_max_connections",
        "prometheus_rule_evaluation_failures_total", "prometheus_config_last_reload_successful", "prometheus_notifications_dropped_total",
    ];

    /// <summary>Debian builds its Prometheus without Kubernetes' discovery: that configuration is checked by <see cref="KubernetesDiscoveryTests"/>.</summary>
    public static TheoryData<string> Configurations { get; } = new("prometheus.yaml", "prometheus.local.yaml");

    public static TheoryData<string> UnitTests { get; } = new(UnitTestFiles);

    private static IEnumerable<string> UnitTestFiles => Directory.EnumerateFiles(Path.Combine(ShippedMonitoring.Folder, "tests"), "*.yaml").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    private IReadOnlyList<JsonNode> Rules => [.. ShippedMonitoring.RuleFiles.SelectMany(file => files.Documents($"prometheus/rules/{Path.GetFileName(file)}").Single().Items("groups")).SelectMany(group => group.Items("rules"))];

    private IEnumerable<JsonNode> Alerts => Rules.Where(rule => rule.At("alert") is not null);

    private IEnumerable<JsonNode> Expectations => UnitTestFiles.SelectMany(file => files.Documents($"prometheus/tests/{file}").Single().Items("tests")).SelectMany(test => test.Items("promql_expr_test"));

    [Theory]
    [MemberData(nameof(Configurations))]
    public async Task A_configuration_and_all_that_it_names_is_what_Prometheus_takes(string file) => Succeeded(await Promtool.CheckConfigAsync(Path.Combine(ShippedMonitoring.Folder, file)));

    [Fact]
    public async Task Rules_are_what_Prometheus_takes() => Succeeded(await Promtool.CheckRulesAsync([.. ShippedMonitoring.RuleFiles]));

    [Theory]
    [MemberData(nameof(UnitTests))]
    public async Task Rules_do_what_their_unit_tests_say(string file) => Succeeded(await Promtool.TestRulesAsync(Path.Combine(ShippedMonitoring.Folder, "tests", file)));

    [Fact]
    public void Every_alert_has_a_test_in_which_it_fires_and_one_in_which_it_is_silent()
    {
        foreach (var alert in Alerts)
        {
            string name = alert.Text("alert")!;
            var of = Expectations.Where(expected => expected.Text("expr") == $"ALERTS{{alertname=\"{name}\",alertstate=\"firing\"}}").ToList();
            string window = alert.Text("labels", "window") is { } named ? $"window=\"{named}\"" : "";

            Assert.Contains(of, expected => expected.Items("exp_samples").Any(sample => sample.Text("labels")!.Contains(window, StringComparison.Ordinal)));
            Assert.Contains(of, expected => !expected.Items("exp_samples").Any());
        }
    }

    [Fact]
    public void Every_recorded_series_has_a_test_of_its_value()
    {
        string[] tested = [.. Expectations.Where(expected => expected.Items("exp_samples").Any()).Select(expected => expected.Text("expr")!)];
        // Made by one rule for each window: those that are not asked themselves are asked by the alerts' tests.
        var recorded = Rules.Select(rule => rule.Text("record")).OfType<string>().Where(name => !Window().IsMatch(name)).Distinct();

        Assert.All(recorded, name => Assert.Contains(tested, expression => expression.Contains(name, StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_alert_says_what_it_means_how_bad_it_is_and_where_to_read_on()
    {
        string[] sections = [.. File.ReadLines(Path.Combine(Repository.Root, "docs", "runbook.md")).Where(line => line.StartsWith("## ", StringComparison.Ordinal)).Select(line => line[3..])];

        Assert.All(Alerts, alert =>
        {
            string name = alert.Text("alert")!;
            Assert.StartsWith("Collab", name, StringComparison.Ordinal);
            Assert.Contains(alert.Text("labels", "severity"), (string[])["critical", "warning"]);
            Assert.InRange(alert.Text("annotations", "summary")!.Length, 10, 200);
            Assert.InRange(alert.Text("annotations", "description")!.Length, 50, 600);
            Assert.Contains("{{", alert.Text("annotations", "summary") + alert.Text("annotations", "description"), StringComparison.Ordinal);
            Assert.EndsWith($"/docs/runbook.md#{name.ToLowerInvariant()}", alert.Text("annotations", "runbook_url")!, StringComparison.Ordinal);
            Assert.Contains(Dashboards, uid => alert.Text("annotations", "dashboard")!.EndsWith($"/d/{uid}", StringComparison.Ordinal));
            Assert.Contains(name, sections);
        });
        // And none that no alert leads to.
        Assert.Equal(Alerts.Select(alert => alert.Text("alert")).Distinct().Order(StringComparer.Ordinal), sections.Where(section => section.StartsWith("Collab", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_metric_that_rules_use_is_in_the_catalogue()
    {
        string catalogue = File.ReadAllText(Path.Combine(Repository.Root, "docs", "metrics.md"));
        var recorded = Rules.Select(rule => rule.Text("record")).OfType<string>().ToHashSet();

        foreach (var rule in Rules)
        {
            foreach (string name in Metric().Matches(rule.Text("expr")!).Select(match => match.Value).Distinct())
            {
                bool isKnown = name.Contains(':', StringComparison.Ordinal)
                    ? recorded.Contains(name)
                    : OthersMetrics.Contains(name) || catalogue.Contains($"| `{HistogramPart().Replace(name, "")}` |", StringComparison.Ordinal) || catalogue.Contains($"| `{name}` |", StringComparison.Ordinal);
                Assert.True(isKnown, $"{rule.Text("alert") ?? rule.Text("record")} uses {name}, which nothing exposes.");
            }
        }
    }

    [Fact]
    public async Task Alertmanager_takes_its_configuration_and_wakes_somebody_for_what_is_critical()
    {
        string file = Path.Combine(ShippedMonitoring.Folder, "alertmanager.yaml");
        Succeeded(await Promtool.CheckAlertmanagerAsync(file));

        foreach (var (severity, receiver) in new[] { ("critical", "night"), ("warning", "day"), ("none", "day") })
        {
            var (code, output) = await Promtool.RunAsync(MonitoringPrograms.Amtool, ["config", "routes", "test", $"--config.file={file}", "alertname=CollabServiceDown", $"severity={severity}"]);
            // It writes a warning, too.
            Assert.True(code == 0 && output.Split('\n').Contains(receiver), output);
        }
    }

    [Fact]
    public void Every_alert_that_Alertmanager_knows_by_name_exists()
    {
        var names = Alerts.Select(alert => alert.Text("alert")!).ToHashSet();

        Assert.All(AlertName().Matches(File.ReadAllText(Path.Combine(ShippedMonitoring.Folder, "alertmanager.yaml"))).Select(match => match.Value), name => Assert.Contains(name, names));
    }

    [Fact]
    public void Quickening_changes_durations_and_nothing_else() => Assert.Equal(
        "expr: rate(x_5m[10000ms] offset 120000ms) > 5\nfor: 2000ms # 5m", ShippedMonitoring.Quicken("expr: rate(x_5m[5m] offset 1h) > 5\nfor: 1m # 5m", 30));

    private static void Succeeded((int Code, string Output) ended) => Assert.True(ended.Code == 0, ended.Output);

    [GeneratedRegex(@":ratio_rate(30m|1h|2h|6h|1d|3d)$")]
    private static partial Regex Window();

    [GeneratedRegex(@"(?<![\w:/-])((collab|orleans|pg|prometheus|dotnet|kestrel|process)_\w+|up\b|[a-z]+:[\w:]+)")]
    private static partial Regex Metric();

    [GeneratedRegex("_(bucket|count|sum)$")]
    private static partial Regex HistogramPart();

    [GeneratedRegex(@"\bCollab[A-Z][A-Za-z]+")]
    private static partial Regex AlertName();
}
