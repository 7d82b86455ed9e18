using System.Text.RegularExpressions;
using Collab.Contracts;
using Collab.Tests.Documentation;
using Xunit.Abstractions;

namespace Collab.Tests.Monitoring.Catalogue;

/// <summary>
/// <c>docs/metrics.md</c> and what a running system shows are one: real traffic moves every metric of the catalogue, each as its row says and by as much as happened, nothing is scraped that it does not have, and a real Prometheus answers each of its queries.
/// </summary>
public sealed partial class CatalogueTests(CatalogueTraffic traffic, ITestOutputHelper output) : IClassFixture<CatalogueTraffic>
{
    public static TheoryData<string> Names => [.. DocumentedMetric.All.Select(metric => metric.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Real_traffic_moves_it(string name)
    {
        var outcomes = traffic.Outcomes.Where(outcome => outcome.Move.Metric == name).ToList();
        Assert.True(outcomes.Count > 0, $"{name} is in docs/metrics.md, and no scenario moves it.");
        Assert.True(outcomes.All(outcome => outcome.Failure is null), string.Join("\n", outcomes.Select(outcome => outcome.Failure).OfType<string>()));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_has_the_type_the_labels_and_the_values_of_its_row(string name)
    {
        var documented = DocumentedMetric.All.Single(metric => metric.Name == name);
        var families = traffic.Families[name].ToList();
        Assert.NotEmpty(families);
        Assert.Equal([documented.Type], families.Select(family => family.Type).Distinct());
        string[] parts = documented.Type == "histogram" ? [name + "_bucket", name + "_count", name + "_sum"] : [name];
        Assert.Equal(parts, families.SelectMany(family => family.Samples).Select(sample => sample.Name).Distinct().Order(StringComparer.Ordinal));
        foreach (var sample in families.SelectMany(family => family.Samples))
        {
            string[] own = sample.Name == name + "_bucket" ? ["le"] : [];
            Assert.Equal(documented.Labels.Concat(own).Order(StringComparer.Ordinal), sample.Labels.Keys.Order(StringComparer.Ordinal));
            foreach (string label in documented.Labels)
            {
                Assert.True(documented.Takes(label, sample.Labels[label]), $"{name}: docs/metrics.md does not know {label}=\"{sample.Labels[label]}\".");
                Assert.False(Name().IsMatch(sample.Labels[label]), $"{name}: {label}=\"{sample.Labels[label]}\" looks like the name of a document or a session.");
            }

            if (sample.Labels.TryGetValue("grain", out string? grain) && sample.Labels.TryGetValue("method", out string? method))
                Assert.Contains(typeof(DocumentId).Assembly.GetTypes(), type => type.Name == "I" + grain && type.GetMethod(method) is not null);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_example_query_returns_data(string name) => Assert.Null(traffic.Queries.Missing(name));

    [Fact]
    public void Every_scenario_happened()
    {
        foreach (string told in traffic.Told)
            output.WriteLine(told);
        Assert.DoesNotContain(traffic.Told, told => told.Contains("did not happen", StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_is_scraped_that_the_catalogue_does_not_have() =>
        Assert.Empty(traffic.Families.Select(family => family.Key).Where(name => name.StartsWith("collab_", StringComparison.Ordinal)).Except(DocumentedMetric.All.Select(metric => metric.Name)));

    [Fact]
    public void What_scenarios_move_is_in_the_catalogue() =>
        Assert.Empty(traffic.Outcomes.Select(outcome => outcome.Move.Metric).Distinct().Except(DocumentedMetric.All.Select(metric => metric.Name)));

    [Fact]
    public void Each_value_of_a_closed_set_was_seen_or_is_said_not_to_be_caused_here()
    {
        var missing = from metric in DocumentedMetric.All
                      from label in metric.Labels
                      from value in metric.ValuesOf(label)
                      where !value.Contains('<')
                      where !traffic.Families[metric.Name].Any(family => family.Samples.Any(sample => (sample.Value != 0 || metric.Type == "gauge") && sample.Labels.GetValueOrDefault(label) == value))
                      where !traffic.Outcomes.Any(outcome => outcome.Move.Metric == metric.Name && outcome.Move.Series.Contains($"{label}=\"{value}\"", StringComparison.Ordinal))
                      where !NotCausedHere.Says(metric.Name, label, value)
                      select $"{metric.Name}{{{label}=\"{value}\"}}";
        Assert.True(!missing.Any(), $"Never seen: {string.Join(", ", missing)}.");
    }

    [Fact]
    public async Task What_is_scraped_is_valid_for_promtool()
    {
        foreach (var page in traffic.LastPages)
            Assert.Empty(await Promtool.CheckMetricsAsync(page.Text));
    }

    // Ids of this test's documents, and of sessions.
    [GeneratedRegex("[0-9a-f]{16}")]
    private static partial Regex Name();
}
