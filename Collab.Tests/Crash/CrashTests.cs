using Xunit.Abstractions;

namespace Collab.Tests.Crash;

/// <summary>The promise itself: what was acknowledged survives the process, whenever it is killed. The long form is <c>./collab crash</c>.</summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    // One with each kind of moment.
    private const int Rounds = 4;

    [Theory]
    [InlineData("sqlite", 20260301)]
    [InlineData("postgresql", 20260305)]
    public async Task Nothing_acknowledged_is_lost_or_doubled_when_the_server_is_killed(string store, int seed)
    {
        var report = await CrashRun.RunAsync(store, Rounds, seed, output.WriteLine);
        output.WriteLine($"{CrashReport.MarkdownHead}\n{report.Markdown}");
        Assert.True(report.Trimmed > 0, "Retention gave nothing up.");
        Assert.True(report.Acknowledged > Rounds * WritersPlan.ManyClients, $"Only {report.Acknowledged} operations were acknowledged; this run has tested nothing.");
    }
}
