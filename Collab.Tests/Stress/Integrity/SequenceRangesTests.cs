using Collab.Stress.Integrity;
using FsCheck;
using FsCheck.Fluent;

namespace Collab.Tests.Stress.Integrity;

/// <summary>Ranges hold what a set of numbers holds.</summary>
public sealed class SequenceRangesTests
{
    [Fact]
    public void They_are_the_set_of_what_was_added() => Prop.ForAll(Gen.Choose(1, 40).ListOf().ToArbitrary(), numbers =>
    {
        var ranges = new SequenceRanges();
        var set = new HashSet<long>();
        foreach (int number in numbers)
            Assert.Equal(set.Add(number), ranges.Add(number));
        Assert.Equal(set.Count, ranges.Count);
        Assert.Equal(set.Order(), Numbers(ranges.Ranges));
        Assert.All(Enumerable.Range(0, 45), number => Assert.Equal(set.Contains(number), ranges.Contains(number)));
        Assert.Equal(Enumerable.Range(5, 30).Select(number => (long)number).Except(set), Numbers(ranges.Missing(5, 34)));
        Assert.All(ranges.Ranges.Zip(ranges.Ranges.Skip(1)), pair => Assert.True(pair.First.Last + 1 < pair.Second.First));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_range_adds_all_of_its_numbers_wherever_it_lies()
    {
        var ranges = new SequenceRanges();
        ranges.AddRange(5, 9);
        ranges.AddRange(20, 25);
        ranges.AddRange(8, 21);
        ranges.AddRange(26, 26);
        Assert.Equal([(5L, 26L)], ranges.Ranges);
        Assert.Equal(22, ranges.Count);
    }

    private static IEnumerable<long> Numbers(IEnumerable<(long First, long Last)> ranges) =>
        ranges.SelectMany(range => Enumerable.Range((int)range.First, (int)(range.Last - range.First + 1))).Select(number => (long)number);
}
