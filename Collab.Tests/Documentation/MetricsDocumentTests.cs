using System.Text.RegularExpressions;
using Collab.Tests.Operations;

namespace Collab.Tests.Documentation;

/// <summary>
/// <c>docs/metrics.md</c> lists what the code registers, each name with its type and labels, and nothing else; what was agreed is among them; and each row tells an operator what to ask and what to fear.
/// That traffic moves them is shown elsewhere.
/// </summary>
public sealed partial class MetricsDocumentTests
{
    private static readonly string[] Projects = ["Collab.Grains", "Collab.Observability", "Collab.Resilience", "Collab.Silo", "Collab.Stress", "Collab.Web"];

    public static TheoryData<string> Names => [.. DocumentedMetric.All.Select(metric => metric.Name)];

    [Fact]
    public void The_document_lists_exactly_the_metrics_that_the_code_registers()
    {
        string[] registered = [.. Projects.SelectMany(SourceFiles).SelectMany(RegisteredIn).Distinct().Order(StringComparer.Ordinal)];
        string[] documented = [.. DocumentedMetric.All.Select(metric => $"{metric}").Order(StringComparer.Ordinal)];

        Assert.NotEmpty(registered);
        Assert.Equal(registered, documented);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_row_is_complete(string name)
    {
        var metric = DocumentedMetric.All.Single(metric => metric.Name == name);
        Assert.Contains(metric.Type, (string[])["counter", "gauge", "histogram"]);
        Assert.Equal(metric.Type == "counter", name.EndsWith("_total", StringComparison.Ordinal));
        Assert.NotEmpty(metric.Meaning);
        Assert.All(metric.Labels, label => Assert.True(metric.ValuesOf(label).Count > 0, $"{name}: neither the row nor the table of shared labels says which values {label} has."));
        Assert.Contains(name, metric.Query, StringComparison.Ordinal);
        Assert.DoesNotContain("service", metric.Query, StringComparison.Ordinal);
        Assert.True(metric.BadWhen.Split(' ').Length >= 5, $"{name}: '{metric.BadWhen}' does not say what is bad, and what it means.");
    }

    private static IEnumerable<string> SourceFiles(string project) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, project), "*.cs", SearchOption.AllDirectories);

    private static IEnumerable<string> RegisteredIn(string file) =>
        from Match metric in Registration().Matches(File.ReadAllText(file))
        let labels = metric.Groups["list"] is { Success: true } list ? list.Value : metric.Groups["rest"].Value
        select $"{metric.Groups["name"].Value} {metric.Groups["type"].Value.ToLowerInvariant()}({string.Join(", ", Quoted().Matches(labels).Select(label => label.Groups[1].Value))})";

    // CreateCounter("name", "help", "label", …) or CreateHistogram("name", "help", new … { LabelNames = ["label", …], … })
    [GeneratedRegex("""
        \.Create(?<type>Counter|Gauge|Histogram)\(\s*"(?<name>collab_\w+)",\s*"[^"]*"(?:,\s*new\s+HistogramConfiguration\s*\{(?:[^{}]*?LabelNames\s*=\s*\[(?<list>[^\]]*)\])?|(?<rest>(?:,\s*"\w+")*)\s*\))
        """)]
    private static partial Regex Registration();

    [GeneratedRegex("\"(\\w+)\"")]
    private static partial Regex Quoted();
}
