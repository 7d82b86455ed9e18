using Collab.Stress;
using Collab.Stress.Reporting;
using Collab.Stress.Scenarios;

namespace Collab.Tests.Stress;

/// <summary>What the tool says of itself.</summary>
public sealed class HelpTests
{
    private static readonly StressOptions Options = new();
    private static readonly string Help = HelpText.Of(Options, new Paint(HasColors: false), width: 100);

    [Fact]
    public void It_names_every_scenario_option_and_variable()
    {
        Assert.All(ScenarioCatalogue.All, scenario => Assert.Contains($"  {scenario.Name} ", Help, StringComparison.Ordinal));
        Assert.All(Options.Command().Options.Where(option => option.Name is not ("--help" or "--version")), option => Assert.Contains($" {option.Name}", Help, StringComparison.Ordinal));
        Assert.All(StressEnvironment.Variables, variable => Assert.Contains($"  {variable.Name} ", Help, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_option_is_in_one_group_and_those_of_some_scenarios_are_used_by_one()
    {
        var grouped = Options.Groups.SelectMany(group => group.Options).ToList();
        Assert.Equal(grouped.Count, grouped.Distinct().Count());
        Assert.Empty(Options.OfSome.Except(grouped));
        var used = ScenarioCatalogue.All.SelectMany(scenario => scenario.Options).ToHashSet();
        Assert.Equal(Options.OfSome.Select(option => option.Name).Order(), used.Order());
    }

    [Fact]
    public void Every_option_with_a_value_says_its_range_or_default()
    {
        foreach (var option in Options.Groups.SelectMany(group => group.Options).Where(option => option.HelpName is "N" or "TIME"))
            Assert.True(option.Description!.Any(char.IsAsciiDigit) || option.Description!.Contains("Default", StringComparison.Ordinal), $"{option.Name}: {option.Description}");
    }

    [Fact]
    public void No_line_is_longer_than_the_terminal_is_wide() =>
        // An example is one line whatever it takes, to be copied.
        Assert.All(Help.Split('\n').Where(line => !line.StartsWith("  collab-stress ", StringComparison.Ordinal)), line => Assert.True(line.TrimEnd().Length <= 100, line));
}
