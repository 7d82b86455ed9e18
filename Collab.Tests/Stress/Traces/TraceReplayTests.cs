using Collab.Tests.EndToEnd;

namespace Collab.Tests.Stress.Traces;

/// <summary>The real load tool replays traces into a real server, which ends with the text that the recording ended with.</summary>
public sealed class TraceReplayTests(CollaborationTests.Server server) : IClassFixture<CollaborationTests.Server>
{
    [Theory]
    [InlineData("full", 1)]
    [InlineData("recorded", 2)]
    [InlineData("0.5", 1)]
    public async Task People_who_wrote_at_once_write_the_same_text_again(string speed, int documents)
    {
        using var trace = new SampleTrace(SampleTrace.OfTwo);
        await ExpectWholeAsync(trace, operations: 5 * documents, "--speed", speed, "--documents", $"{documents}");
    }

    [Theory]
    [InlineData("sveltecomponent.seq.jsonl.gz")]
    [InlineData("rustcode.seq.jsonl.gz")]
    [InlineData("clownschool.conc.jsonl.gz")]
    public async Task The_beginning_of_a_real_session_comes_to_its_text(string file)
    {
        using var trace = SampleTrace.Beginning(file, 300);
        await ExpectWholeAsync(trace, operations: null);
    }

    [Fact]
    public async Task A_text_other_than_the_recordings_is_found()
    {
        string[] lines = [.. SampleTrace.OfTwo];
        lines[0] = lines[0].Replace("\"finalSha256\":\"", "\"finalSha256\":\"0", StringComparison.Ordinal);
        using var trace = new SampleTrace(lines);
        var (code, output) = await RunAsync(trace);
        Assert.True(code == 1, $"It ended with {code}:\n{output}");
        Assert.Contains("the text at the end has the SHA-256 ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trace", "trace replays a file; which one says --trace FILE.")]
    [InlineData("trace --trace nowhere.jsonl", "--trace nowhere.jsonl can't be read: ")]
    [InlineData("typing --speed full", "--speed has no meaning for typing.")]
    public async Task What_can_t_be_replayed_is_told(string arguments, string told)
    {
        await using var stress = StressProcess.Start(server.Url, arguments.Split(' '));
        Assert.Equal(2, await stress.WhenEndedAsync());
        Assert.Contains(told, stress.Output, StringComparison.Ordinal);
    }

    private async Task ExpectWholeAsync(SampleTrace trace, int? operations, params string[] arguments)
    {
        var (code, output) = await RunAsync(trace, arguments);
        Assert.True(code == 0, $"It ended with {code}:\n{output}");
        Assert.DoesNotContain("not compared", output, StringComparison.Ordinal);
        if (operations is { } count)
            Assert.Contains($"{count} of {count} acknowledged operations found", output, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Output)> RunAsync(SampleTrace trace, params string[] arguments)
    {
        await using var stress = StressProcess.Start(server.Url, ["trace", "--trace", trace.Path, "--linger", "0s", .. arguments]);
        return (await stress.WhenEndedAsync(), stress.Output);
    }
}
