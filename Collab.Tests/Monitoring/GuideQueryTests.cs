using System.Text.RegularExpressions;
using Collab.Tests.Operations;

namespace Collab.Tests.Monitoring;

/// <summary>What the guides tell people to ask at night, a real Prometheus understands.</summary>
public sealed partial class GuideQueryTests
{
    [Fact]
    public async Task Every_query_of_the_guides_is_one()
    {
        string[] queries = [.. new[] { "runbook.md", "operations-guide.md" }
            .SelectMany(name => Block().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", name))))
            .SelectMany(block => block.Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries))];
        Assert.True(queries.Length > 60, $"Only {queries.Length} queries were found.");
        await using var prometheus = await PrometheusServer.StartAsync("scrape_configs: []");

        foreach (string query in queries)
            Assert.Empty(await prometheus.QueryAsync(query));
    }

    [GeneratedRegex(@"```promql\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
