using System.Text.RegularExpressions;
using Collab.Tests.Operations;

namespace Collab.Tests.Documentation;

/// <summary><c>docs/metrics.md</c> lists what the code registers: each name with its type and labels, and nothing else.</summary>
public sealed partial class MetricsDocumentTests
{
    private static readonly string[] Projects = ["Collab.Grains", "Collab.Observability", "Collab.Resilience", "Collab.Silo", "Collab.Web"];

    [Fact]
    public void The_document_lists_exactly_the_metrics_that_the_code_registers()
    {
        string[] registered = [.. Projects.SelectMany(SourceFiles).SelectMany(RegisteredIn).Distinct().Order(StringComparer.Ordinal)];
        string[] documented = [.. DocumentedIn(File.ReadAllText(Path.Combine(Repository.Root, "docs", "metrics.md"))).Order(StringComparer.Ordinal)];

        Assert.NotEmpty(registered);
        Assert.Equal(registered, documented);
    }

    private static IEnumerable<string> SourceFiles(string project) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, project), "*.cs", SearchOption.AllDirectories);

    private static IEnumerable<string> RegisteredIn(string file) =>
        from Match metric in Registration().Matches(File.ReadAllText(file))
        let labels = metric.Groups["list"] is { Success: true } list ? list.Value : metric.Groups["rest"].Value
        select Line(metric.Groups["name"].Value, metric.Groups["type"].Value.ToLowerInvariant(), Quoted().Matches(labels).Select(label => label.Groups[1].Value));

    private static IEnumerable<string> DocumentedIn(string document) =>
        from Match row in Row().Matches(document)
        select Line(row.Groups["name"].Value, row.Groups["type"].Value, row.Groups["labels"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    private static string Line(string name, string type, IEnumerable<string> labels) => $"{name} {type}({string.Join(", ", labels)})";

    // CreateCounter("name", "help", "label", …) or CreateHistogram("name", "help", new … { LabelNames = ["label", …], … })
    [GeneratedRegex("""
        \.Create(?<type>Counter|Gauge|Histogram)\(\s*"(?<name>collab_\w+)",\s*"[^"]*"(?:,\s*new\s+HistogramConfiguration\s*\{(?:[^{}]*?LabelNames\s*=\s*\[(?<list>[^\]]*)\])?|(?<rest>(?:,\s*"\w+")*)\s*\))
        """)]
    private static partial Regex Registration();

    [GeneratedRegex("\"(\\w+)\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^\| `(?<name>collab_\w+)` \| (?<type>\w+) \|(?<labels>[\w, ]*)\|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
