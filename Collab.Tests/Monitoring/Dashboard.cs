using System.Text.Json.Nodes;
using Collab.Tests.Deploy;

namespace Collab.Tests.Monitoring;

/// <summary>A dashboard of <c>deploy/grafana</c>, as Grafana is given it.</summary>
internal sealed class Dashboard
{
    private Dashboard(string file)
    {
        Json = JsonNode.Parse(File.ReadAllText(file))!;
        Uid = Json.Text("uid")!;
    }

    public static IReadOnlyList<Dashboard> All { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(DeployFiles.Folder, "grafana", "dashboards"), "*.json").Order(StringComparer.Ordinal).Select(file => new Dashboard(file))];

    public string Uid { get; }

    public JsonNode Json { get; }

    /// <summary>All but the rows' headings.</summary>
    public IEnumerable<JsonNode> Panels => Json.Items("panels").Where(panel => panel.Text("type") != "row");

    public IEnumerable<JsonNode> Variables => Json.Items("templating", "list");

    /// <summary>What every panel asks Prometheus, one entry for each query.</summary>
    public IEnumerable<PanelQuery> Queries => Panels.SelectMany(panel => panel.Items("targets").Select(target => new PanelQuery(Uid, panel.Text("title")!, target.Text("legendFormat")!, target.Text("expr")!)));

    public static Dashboard Find(string uid) => All.Single(dashboard => dashboard.Uid == uid);

    public override string ToString() => Uid;
}

/// <param name="Expression">With Grafana's variables in it.</param>
internal sealed record PanelQuery(string Dashboard, string Panel, string Legend, string Expression)
{
    public override string ToString() => $"{Dashboard}, {Panel}, {Legend}: {Expression}";
}
