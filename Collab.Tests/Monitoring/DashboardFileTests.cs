using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Collab.Tests.Deploy;
using Collab.Tests.Documentation;
using Collab.Tests.Operations;

namespace Collab.Tests.Monitoring;

/// <summary>What no schema knows of the dashboards: that they agree with each other, with the metrics and rules that there are, and with the docs that they lead to.</summary>
public sealed partial class DashboardFileTests
{
    // Grafana's ids of units: one that it does not know is shown as it is, behind each number.
    private static readonly string[] Units = ["none", "short", "s", "bytes", "percentunit", "reqps", "ops", "cps", "eps", "mps"];

    // Grafana's own, and those that links alone have.
    private static readonly string[] GivenVariables = ["__rate_interval", "__range", "__interval", "__url_time_range", "__all_variables", "__all"];

    public static TheoryData<string> Uids => [.. Dashboard.All.Select(dashboard => dashboard.Uid)];

    [Fact]
    public async Task The_files_are_what_their_source_makes()
    {
        var (code, output) = await Promtool.RunAsync("node", [Path.Combine(DeployFiles.Folder, "grafana", "build.mjs"), "--check"]);

        Assert.True(code == 0, output);
    }

    [Fact]
    public void There_are_the_five()
    {
        Assert.Equal(["collab-collaboration", "collab-infrastructure", "collab-load-test", "collab-overview", "collab-service"], Dashboard.All.Select(dashboard => dashboard.Uid).Order(StringComparer.Ordinal));
        Assert.Equal(5, Dashboard.All.Select(dashboard => dashboard.Json.Text("title")).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Uids))]
    public void Panels_have_ids_of_their_own_and_do_not_overlap(string uid)
    {
        var panels = Dashboard.Find(uid).Json.Items("panels").ToList();
        var cells = panels.SelectMany(Cells).ToList();

        Assert.Equal(panels.Count, panels.Select(panel => panel.Text("id")).Distinct().Count());
        Assert.All(cells, cell => Assert.InRange(cell.X, 0, 23));
        Assert.Equal(cells.Count, cells.Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Uids))]
    public void Every_panel_says_what_it_shows_in_which_unit_and_asks_the_chosen_Prometheus(string uid)
    {
        Assert.All(Dashboard.Find(uid).Panels, panel =>
        {
            Assert.True(panel.Text("description")!.Split(' ').Length >= 6, $"{panel.Text("title")} is not described.");
            if (panel.Text("type") is "text")
                return;
            Assert.Equal("${datasource}", panel.Text("datasource", "uid"));
            Assert.All(panel.Items("targets"), target => Assert.Equal("${datasource}", target.Text("datasource", "uid")));
            Assert.NotEmpty(panel.Items("targets"));
            if (panel.Text("type") is not ("table" or "state-timeline"))
                Assert.Contains(panel.Text("fieldConfig", "defaults", "unit") ?? panel.Text("options", "yAxis", "unit"), Units);
        });
    }

    [Theory]
    [MemberData(nameof(Uids))]
    public void Variables_that_are_used_are_there_and_those_that_are_there_are_used(string uid)
    {
        var dashboard = Dashboard.Find(uid);
        string[] declared = [.. dashboard.Variables.Select(variable => variable.Text("name")!)];
        string[] used = [.. Variable().Matches(dashboard.Json.ToJsonString()).Select(match => match.Groups["name"].Value).Distinct()];

        Assert.Subset(declared.Concat(GivenVariables).ToHashSet(), used.ToHashSet());
        // Other dashboards are led to with all variables, so each of them passes these two on.
        Assert.Subset(used.Concat(["docs", "ops"]).ToHashSet(), declared.ToHashSet());
    }

    [Fact]
    public void Every_series_that_is_asked_for_is_in_the_catalogue_or_recorded_by_a_rule()
    {
        var known = DocumentedMetric.All.SelectMany(metric => metric.Type == "histogram" ? (string[])[$"{metric.Name}_bucket", $"{metric.Name}_sum", $"{metric.Name}_count"] : [metric.Name])
            .Concat(ShippedMonitoring.RuleFiles.SelectMany(file => Recorded().Matches(File.ReadAllText(file))).Select(match => match.Groups[1].Value))
            .ToHashSet();
        string[] asked = [.. Dashboard.All.SelectMany(dashboard => dashboard.Queries).SelectMany(query => Series().Matches(query.Expression)).Select(match => match.Value).Distinct()];

        Assert.True(asked.Length > 50);
        Assert.Subset(known, asked.ToHashSet());
    }

    [Fact]
    public void Links_lead_somewhere()
    {
        string[] links = [.. Dashboard.All.SelectMany(dashboard => Link().Matches(dashboard.Json.ToString())).Select(match => match.Value).Distinct()];

        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.True(Leads(link), $"{link} leads nowhere."));
    }

    [Fact]
    public void Rates_are_over_the_interval_that_Grafana_knows_to_hold_scrapes_enough()
    {
        Assert.All(
            Dashboard.All.SelectMany(dashboard => dashboard.Queries).Where(query => query.Expression.Contains("rate(", StringComparison.Ordinal)),
            query => Assert.Contains("[$__rate_interval]", query.Expression, StringComparison.Ordinal));
    }

    private static bool Leads(string link)
    {
        if (link.StartsWith("/d/", StringComparison.Ordinal))
            return Dashboard.All.Any(dashboard => dashboard.Uid == link[3..]);
        string[] parts = link["${docs}/".Length..].Split('#');
        string page = Path.Combine(Repository.Root, "docs", parts[0]);
        return File.Exists(page) && (parts.Length == 1 || Heading().Matches(File.ReadAllText(page)).Any(heading => Anchor(heading.Groups[1].Value) == parts[1]));
    }

    // As GitHub makes them.
    private static string Anchor(string heading) => NotInAnchor().Replace(heading.Trim().ToLowerInvariant(), "").Replace(' ', '-');

    private static IEnumerable<(int X, int Y)> Cells(JsonNode panel)
    {
        int Of(string name) => panel.At("gridPos", name)!.GetValue<int>();
        return from x in Enumerable.Range(Of("x"), Of("w")) from y in Enumerable.Range(Of("y"), Of("h")) select (x, y);
    }

    [GeneratedRegex(@"\$\{?(?<name>[a-z_]\w*)\}?")]
    private static partial Regex Variable();

    [GeneratedRegex(@"\b(?:\w+:)?collab_\w+(?::\w+)?|\bslo:objective\b")]
    private static partial Regex Series();

    [GeneratedRegex(@"- record: (\S+)")]
    private static partial Regex Recorded();

    [GeneratedRegex(@"\$\{docs\}/[\w.#-]+|/d/[\w-]+")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();
}
