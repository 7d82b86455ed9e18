using Collab.Stress.Reporting;

namespace Collab.Tests.Stress;

/// <summary>What is seen of a run while it goes.</summary>
public sealed class ProgressTests
{
    private readonly StringWriter _output = new();
    private readonly Recorder _recorder = new("typing");

    [Fact]
    public void On_a_terminal_it_is_one_line_with_what_happened_since_the_last()
    {
        var progress = new Progress(_output, isTerminal: true);
        Pass(progress, second: 1, operations: 10, TimeSpan.FromMilliseconds(5));
        Pass(progress, second: 2, operations: 30, TimeSpan.FromMilliseconds(80));
        progress.Ends();

        string[] lines = _output.ToString().Split("\r\e[K", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.DoesNotContain('\n', _output.ToString());
        Assert.Contains("10.0/s  p50 5.0 ms", lines[0], StringComparison.Ordinal);
        Assert.Contains("30.0/s  p50 80.", lines[1], StringComparison.Ordinal);
        Assert.EndsWith("errors 0  0 clients  8 s left", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Elsewhere_it_is_a_line_each_five_seconds()
    {
        var progress = new Progress(_output, isTerminal: false);
        for (int second = 1; second <= 10; second++)
            Pass(progress, second, operations: 10, TimeSpan.FromMilliseconds(5));
        progress.Ends();

        string[] lines = _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(["5 s", "10 s"], lines.Select(line => line[..(line.IndexOf('s', StringComparison.Ordinal) + 1)]));
        Assert.All(lines, line => Assert.Contains("10.0/s", line, StringComparison.Ordinal));
    }

    private void Pass(Progress progress, int second, int operations, TimeSpan latency)
    {
        for (int i = 0; i < operations; i++)
            _recorder.Succeeded(latency, "acknowledged");
        progress.TimePassed(TimeSpan.FromSeconds(second), TimeSpan.FromSeconds(10), _recorder);
    }
}
