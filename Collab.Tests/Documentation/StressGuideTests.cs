using System.Text.RegularExpressions;
using Collab.Stress;
using Collab.Stress.Scenarios;
using Collab.Tests.Operations;

namespace Collab.Tests.Documentation;

/// <summary><c>docs/stress-test-guide.md</c> tells of everything that the load tool's help does.</summary>
public sealed partial class StressGuideTests
{
    private static readonly string Guide = File.ReadAllText(Path.Combine(Repository.Root, "docs", "stress-test-guide.md"));

    [Fact]
    public void Every_scenario_is_in_the_guide() => Assert.Equal(ScenarioCatalogue.All.Select(scenario => scenario.Name).Order(), Told("scenarios", Words()));

    [Fact]
    public void Every_option_is_in_the_guide() =>
        Assert.Equal(new StressOptions().Command().Options.Select(option => option.Name).Where(name => name is not ("--help" or "--version")).Order(), Told("options", LongOptions()));

    [Fact]
    public void Every_variable_is_in_the_guide() => Assert.Equal(StressEnvironment.Variables.SelectMany(variable => variable.Name.Split(", ")).Order(), Told("variables", Words()));

    /// <summary>What the first cells of a table name.</summary>
    private static IEnumerable<string> Told(string table, Regex name)
    {
        int from = Guide.IndexOf($"<!-- {table}:", StringComparison.Ordinal);
        string rows = Guide[from..Guide.IndexOf($"<!-- {table}: end -->", StringComparison.Ordinal)];
        return rows.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).SelectMany(line => name.Matches(line.Split('|')[1])).Select(match => match.Groups[1].Value).Order();
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Words();

    [GeneratedRegex("`(--[a-z-]+)`")]
    private static partial Regex LongOptions();
}
