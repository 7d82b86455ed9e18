using Collab.Stress;
using Collab.Stress.Traces;

namespace Collab.Tests.Stress.Traces;

/// <summary>Traces are read as they are documented, and a damaged one is told with its line.</summary>
public sealed class TraceFileTests
{
    private const string Header = """{"format":"seqtrace/1","name":"one","start":"","txns":2,"finalSha256":"-"}""";
    private const string First = """{"t":5000,"p":[[0,0,"ab"],[2,0,"c"]]}""";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Plain_and_gzipped_files_are_read(bool isZipped)
    {
        using var file = new SampleTrace(SampleTrace.OfTwo, isZipped);
        var trace = TraceFile.Read(file.Path);
        Assert.Equal(("two", 2, 6, true), (trace.Name, trace.Agents, trace.Transactions.Count, trace.HasTimes));
        Assert.Equal((1, 1, TimeSpan.FromMilliseconds(100)), (trace.Transactions[1].Agent, trace.Transactions[1].Base, trace.Transactions[1].Due));
        Assert.Equal(new TracePatch(5, 0, " world"), Assert.Single(trace.Transactions[1].Patches));
    }

    [Fact]
    public void A_long_pause_counts_as_five_seconds_and_a_time_that_is_missing_as_the_one_before()
    {
        using var file = new SampleTrace([Header.Replace("\"txns\":2", "\"txns\":4", StringComparison.Ordinal), First, """{"t":6000,"p":[]}""", """{"t":90000000,"p":[]}""", """{"p":[]}"""]);
        var trace = TraceFile.Read(file.Path);
        Assert.Equal([0, 1, 6, 6], trace.Transactions.Select(transaction => transaction.Due.TotalSeconds));
    }

    [Fact]
    public void Patches_of_one_transaction_are_one_delta()
    {
        using var file = new SampleTrace([Header, First, """{"p":[[1,1,"xy"],[0,1,""]]}"""]);
        var trace = TraceFile.Read(file.Path);
        Assert.Equal("+3", trace.Transactions[0].ToDelta(0).ToString());
        Assert.Equal("+2 -2 =1", trace.Transactions[1].ToDelta(3).ToString());
        Assert.Contains("Line 3 of the trace", Assert.Throws<InvalidPlanException>(() => trace.Transactions[1].ToDelta(1)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "line 1: ")]
    [InlineData("{", "line 1: ")]
    [InlineData("""{"name":"x"}""", "line 1: a member is missing.")]
    [InlineData("""{"format":"other/1"}""", "line 1: the format is other/1; known are seqtrace/1 and conctrace/1.")]
    [InlineData(Header, "line 1: the file ends after 0 transactions, and its header says 2.")]
    [InlineData(Header + "\n" + First + "\nnonsense", "line 3: ")]
    [InlineData(Header + "\n" + First + "\n{\"t\":1}", "line 3: a member is missing.")]
    [InlineData(Header + "\n" + First + "\n{\"p\":[[0,0]]}", "line 3: a patch is [position, deleted, inserted].")]
    [InlineData(Header + "\n" + First + "\n{\"p\":[[-1,0,\"\"]]}", "line 3: a patch at -1 deletes 0.")]
    [InlineData(Header + "\n" + First + "\n{\"p\":[[0,0,\"😀\"]]}", "line 3: it inserts a character outside the basic multilingual plane, of which traces count the half.")]
    [InlineData("""{"format":"conctrace/1","agents":2,"txns":1}""" + "\n{\"a\":2,\"base\":0,\"p\":[]}", "line 2: a is 2; agents are 0 to 1.")]
    [InlineData("""{"format":"conctrace/1","agents":2,"txns":1}""" + "\n{\"a\":0,\"base\":1,\"p\":[]}", "line 2: base is 1; it is from 0 to 0.")]
    public void A_damaged_file_is_told_with_its_line(string text, string told)
    {
        using var file = new SampleTrace(text.Split('\n'));
        Assert.Contains(told, Assert.Throws<InvalidPlanException>(() => TraceFile.Read(file.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_zipped_file_that_is_cut_off_is_damaged()
    {
        using var file = new SampleTrace(SampleTrace.OfTwo, isZipped: true);
        File.WriteAllBytes(file.Path, [.. File.ReadAllBytes(file.Path).Take(60)]);
        Assert.Contains(", line ", Assert.Throws<InvalidPlanException>(() => TraceFile.Read(file.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("can't be read", Assert.Throws<InvalidPlanException>(() => TraceFile.Read(file.Path + ".gone")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("full", null)]
    [InlineData("recorded", 1.0)]
    [InlineData("2.5", 2.5)]
    public void Speeds_are_words_or_factors(string text, double? factor)
    {
        Assert.True(TraceSpeed.TryParse(text, out var speed));
        Assert.Equal((factor, text), (speed.Factor, speed.ToString()));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("10001")]
    [InlineData("fast")]
    public void Other_speeds_are_none(string text) => Assert.False(TraceSpeed.TryParse(text, out _));
}
