
namespace Collab.Tests.Stress.Broken;

/// <summary>The real load tool against servers that are wrong in one way each: it finds out, says what, and ends with another code than for the same server in order.</summary>
public sealed class BrokenServerTests
{
    // The newest operations the server has in memory, and asks the log for none of them. In a long run that is a small part; in these short ones memory is made smaller than the run, and yet large enough
    // that nobody's edit is so late that the host itself needs the broken log for it.
    private static readonly (string Key, string Value)[] SmallWindow = [("Collab:Documents:WindowOperationsLimit", "256")];

    [Theory]
    [InlineData(Fault.LogDrops, "has lost ")]
    [InlineData(Fault.LogDoubles, " operations more than once, the first is revision ")]
    [InlineData(Fault.LogReorders, " than the log has")]
    [InlineData(Fault.LogAlters, " than the log has")]
    [InlineData(Fault.HostDrops, " operations otherwise than ")]
    [InlineData(Fault.HostDoubles, " of session ghost.")]
    [InlineData(Fault.HostAlters, " operations otherwise than ")]
    [InlineData(Fault.ReaderMisses, " was found not to be the document's ")]
    [InlineData(Fault.ReaderHearsTwice, " was found not to be the document's ")]
    [InlineData(Fault.ReaderHearsInOtherOrder, " was found not to be the document's ")]
    [InlineData(Fault.ReaderHearsOtherwise, " than the log has")]
    public async Task A_fault_is_found_and_named(Fault fault, string finding)
    {
        var (code, output) = await RunAsync(fault, every: 100, operations: 400, SmallWindow, "typing", "--clients", "4", "--documents", "1", "--think-time", "20ms");
        Assert.True(code == 1, $"{fault} ended with {code}:\n{output}");
        Assert.Contains("NOT WHOLE", output, StringComparison.Ordinal);
        Assert.Contains(finding, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_host_without_a_fault_is_found_whole()
    {
        var (code, output) = await RunAsync(Fault.None, every: 100, operations: 400, SmallWindow, "typing", "--clients", "4", "--documents", "1", "--think-time", "20ms");
        Assert.True(code == 0, $"It ended with {code}:\n{output}");
    }

    [Theory]
    [InlineData(Fault.LogDrops, "has lost ")]
    [InlineData(Fault.LogDoubles, " operations more than once, the first is revision 1001,")]
    [InlineData(Fault.LogReorders, " was sent operations 1000 and 1001 in the other order than the log has them.")]
    [InlineData(Fault.HostAlters, " operations otherwise than ")]
    public async Task One_operation_in_a_thousand_is_enough(Fault fault, string finding)
    {
        var (code, output) = await RunAsync(fault, every: 1000, operations: 1500, SmallWindow, "typing", "--clients", "8", "--documents", "1", "--think-time", "0");
        Assert.True(code == 1, $"{fault} ended with {code}:\n{output}");
        Assert.Contains(finding, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Formats_that_get_lost_are_missed()
    {
        var (code, output) = await RunAsync(Fault.HostLosesFormats, every: 20, operations: 300, [], "conflict-heavy", "--clients", "4", "--documents", "2");
        Assert.True(code == 1, $"It ended with {code}:\n{output}");
        Assert.Contains(" operations otherwise than ", output, StringComparison.Ordinal);
    }

    // Whoever asks for the newest operations gets them from memory; contents of the past are read from where they are durable.
    [Fact]
    public async Task What_is_right_in_memory_alone_is_found_by_the_content_where_it_is_durable()
    {
        var (code, output) = await RunAsync(Fault.LogAlters, every: 40, operations: 120, [], "typing", "--clients", "4", "--documents", "1", "--think-time", "20ms");
        Assert.True(code == 1, $"It ended with {code}:\n{output}");
        Assert.Contains("the content over REST at revision ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Fault.None, 0)]
    [InlineData(Fault.SnapshotAlters, 1)]
    public async Task A_run_longer_than_history_is_kept_is_compared_from_what_is_left(Fault fault, int expected)
    {
        var (code, output) = await RunAsync(
            fault, every: 1, operations: 300,
            [("Collab:Documents:WindowOperationsLimit", "16"), ("Collab:Documents:SnapshotOperations", "20"), ("Collab:Documents:RetainOperations", "60")],
            "typing", "--clients", "4", "--documents", "1", "--think-time", "20ms");
        Assert.True(code == expected, $"{fault} ended with {code}:\n{output}");
        Assert.Contains("was given up; ", output, StringComparison.Ordinal);
        if (expected == 1)
            Assert.Contains("is not what the log's operations lead to", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(5, 1)]
    public async Task What_a_host_acknowledged_and_had_not_written_when_it_went_down_is_lost(int forgotten, int expected)
    {
        var host = await BrokenHost.StartAsync(Fault.None, every: 1);
        await using var stress = StressProcess.Start(host.Url, "typing", "--clients", "4", "--documents", "1", "--think-time", "50ms", "--duration", "1h", "--linger", "0s", "--seed", "7");
        await Eventually.IsTrue(() => host.Log.Appended >= 50, "50 operations are in the log");
        host = await host.RestartAsync(forgotten);
        try
        {
            await Eventually.IsTrue(() => host.Log.Appended >= 50, "50 more are in the log of the next life");
            int code = await stress.TerminateAsync();
            Assert.True(code == expected, $"It ended with {code}:\n{stress.Output}");
            if (expected == 1)
                Assert.Contains("has lost ", stress.Output, StringComparison.Ordinal);
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    // Until the host has seen so many operations, however long that takes: then the tool is asked to come to its end.
    private static async Task<(int Code, string Output)> RunAsync(Fault fault, int every, int operations, (string Key, string Value)[] settings, params string[] arguments)
    {
        await using var host = await BrokenHost.StartAsync(fault, every, settings);
        // Of a server that is wrong, some answers and operations are waited for in vain.
        string[] patience = fault == Fault.None ? [] : ["--timeout", "6s"];
        await using var stress = StressProcess.Start(host.Url, [.. arguments, .. patience, "--duration", "1h", "--linger", "0s", "--seed", "7"]);
        await Eventually.IsTrue(() => host.Log.Appended >= operations || !stress.IsRunning, $"{operations} operations are in the log");
        return (await stress.TerminateAsync(), stress.Output);
    }
}
