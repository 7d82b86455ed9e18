using System.Text.RegularExpressions;
using Collab.Tests.Documentation;
using Collab.Tests.Operations;

namespace Collab.Tests.Observability;

/// <summary>Each error that is counted has a component and a code that the document names.</summary>
public sealed partial class ErrorMetricsTests
{
    [Fact]
    public void The_document_names_every_component_and_code_that_is_counted()
    {
        var metric = DocumentedMetric.All.Single(metric => metric.Name == "collab_errors_total");
        var counted = Directory.EnumerateFiles(Repository.Root, "*.cs", SearchOption.AllDirectories)
            .Where(file => Path.GetRelativePath(Repository.Root, file) is var path && path.StartsWith("Collab.", StringComparison.Ordinal) && !path.StartsWith("Collab.Tests", StringComparison.Ordinal))
            .SelectMany(file => Counted().Matches(File.ReadAllText(file))).ToList();

        Assert.True(counted.Count > 20, $"Only {counted.Count} places count errors.");
        Assert.All(counted, place =>
        {
            Assert.True(metric.Takes("component", place.Groups["component"].Value.ToLowerInvariant()), place.Value);
            Assert.True(metric.Takes("code", place.Groups["code"].Value), place.Value);
        });
    }

    [GeneratedRegex("""ErrorMetrics\.Count\(ErrorComponent\.(?<component>\w+), "(?<code>\w+)"\)""")]
    private static partial Regex Counted();
}
