namespace Collab.Tests.Monitoring;

/// <summary>The files of <c>deploy/prometheus</c>, as Prometheus' own tools see them.</summary>
public sealed class RuleFileTests
{
    public static TheoryData<string> Configurations { get; } = new(Directory.EnumerateFiles(ShippedMonitoring.Folder, "prometheus*.yaml").Select(path => Path.GetFileName(path)));

    [Theory]
    [MemberData(nameof(Configurations))]
    public async Task A_configuration_and_all_that_it_names_is_what_Prometheus_takes(string file)
    {
        var (code, output) = await Promtool.CheckConfigAsync(Path.Combine(ShippedMonitoring.Folder, file));

        Assert.True(code == 0, output);
    }

    [Fact]
    public async Task Rules_are_what_Prometheus_takes()
    {
        var (code, output) = await Promtool.CheckRulesAsync([.. ShippedMonitoring.RuleFiles]);

        Assert.True(code == 0, output);
    }

    [Fact]
    public void Quickening_changes_durations_and_nothing_else() => Assert.Equal(
        "expr: rate(x_5m[10000ms] offset 120000ms) > 5\nfor: 2000ms # 5m", ShippedMonitoring.Quicken("expr: rate(x_5m[5m] offset 1h) > 5\nfor: 1m # 5m", 30));
}
