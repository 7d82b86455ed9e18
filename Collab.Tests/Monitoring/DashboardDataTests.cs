using System.Text.RegularExpressions;
using Collab.Tests.Deploy;

namespace Collab.Tests.Monitoring;

/// <summary>What each panel of each dashboard asks, asked of a real Prometheus with the shipped rules that scrapes a real system under load: each has an answer.</summary>
public sealed partial class DashboardDataTests(MonitoredSystem system) : IClassFixture<MonitoredSystem>
{
    // What Grafana puts in for its variables: "All", which is the variable's own regular expression; and some of the values.
    private static readonly Dictionary<string, string> All = new() { ["service"] = ".*", ["instance"] = ".*", ["kind"] = ".*", ["scenario"] = ".*", ["postgres"] = ".*" };

    private static readonly Dictionary<string, string> Some = new(All) { ["service"] = "(web|silo)", ["kind"] = "(text|richtext)", ["scenario"] = "(typing|conflict-heavy)" };

    // They tell of the machine's speed. One with twenty times the work that it can do is slow, and they are right.
    private static readonly string[] OfSpeed = ["CollabHighLatency", "CollabHighTailLatency", "CollabSlowOperations", "CollabPropagationBudgetBurn", "CollabLogQueueBacklog"];

    [Fact]
    public async Task Every_query_of_every_panel_returns_data_and_no_alert_is_raised()
    {
        var queries = Dashboard.All.SelectMany(dashboard => dashboard.Queries).ToList();
        Assert.True(queries.Count > 100);
        await WhenAnsweredAsync(queries, All);
        await WhenAnsweredAsync(queries, Some);

        // Gone on for as long as all the above took: nothing of it is trouble.
        var raised = (await system.Prometheus.AlertsAsync()).Where(alert => !OfSpeed.Contains(alert.Name)).ToList();
        Assert.True(raised.All(alert => alert.State != "firing" && alert.Labels["severity"] != "critical"), string.Join('\n', raised.Select(alert => $"{alert.Name} is {alert.State}: {alert.Annotations["description"]}")) + system.Prometheus.Log);
    }

    [Fact]
    public async Task Every_recording_rule_has_recorded_something()
    {
        var rules = (await system.Prometheus.RulesAsync()).Where(rule => rule.Type == "recording").ToList();
        Assert.NotEmpty(rules);
        foreach (string name in rules.Select(rule => rule.Name).Distinct())
            await system.Prometheus.WhenAsync(name, samples => samples.Any(sample => !double.IsNaN(sample.Value)));
        Assert.All(await system.Prometheus.RulesAsync(), rule => Assert.Equal("ok", rule.Health));
    }

    [Fact]
    public async Task Every_variable_has_values_to_choose_from()
    {
        var variables = Dashboard.All.SelectMany(dashboard => dashboard.Variables).Where(variable => variable.Text("type") == "query").Select(variable => variable.Text("query", "query")!).Distinct().ToList();
        Assert.NotEmpty(variables);
        foreach (string variable in variables)
        {
            var values = LabelValues().Match(variable);
            Assert.True(values.Success, variable);
            await system.Prometheus.WhenAsync($"group by ({values.Groups["label"].Value}) ({Substituted(values.Groups["series"].Value, All)})");
        }
    }

    [Fact]
    public async Task Every_annotation_is_a_question_that_Prometheus_understands()
    {
        foreach (var annotation in Dashboard.All.SelectMany(dashboard => dashboard.Json.Items("annotations", "list")).Where(annotation => annotation.Text("expr") is not null))
            await system.Prometheus.QueryAsync(annotation.Text("expr")!);
    }

    private async Task WhenAnsweredAsync(IEnumerable<PanelQuery> queries, Dictionary<string, string> values)
    {
        var silent = queries.ToList();
        var deadline = DateTime.UtcNow + TimeSpan.FromMinutes(2);
        while (silent.Count > 0)
        {
            Assert.True(DateTime.UtcNow < deadline, $"{silent.Count} queries return no data:\n{string.Join('\n', silent)}\n{system.Load}");
            List<PanelQuery> still = [];
            foreach (var query in silent)
            {
                if (!await AnswersAsync(query, values))
                    still.Add(query);
            }

            if (still.Count > 0)
                await Task.Delay(500);
            silent = still;
        }
    }

    private async Task<bool> AnswersAsync(PanelQuery query, Dictionary<string, string> values)
    {
        try
        {
            return (await system.Prometheus.QueryAsync(Substituted(query.Expression, values))).Any(sample => !double.IsNaN(sample.Value));
        }
        catch (InvalidOperationException refused)
        {
            throw new InvalidOperationException($"{query}: {refused.Message}", refused);
        }
    }

    private static string Substituted(string expression, Dictionary<string, string> values)
    {
        string text = expression.Replace("$__rate_interval", "20s", StringComparison.Ordinal).Replace("$__range", "5m", StringComparison.Ordinal);
        foreach (var (name, value) in values)
            text = text.Replace("$" + name, value, StringComparison.Ordinal);
        // There is no hour before: what is asked of then is asked of seconds before. Nothing else is changed.
        return Offset().Replace(text, "offset 4s");
    }

    [GeneratedRegex(@"offset 1[hd]\b")]
    private static partial Regex Offset();

    [GeneratedRegex(@"^label_values\((?<series>.+), (?<label>\w+)\)$")]
    private static partial Regex LabelValues();
}
