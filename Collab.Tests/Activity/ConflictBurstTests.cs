using Collab.Contracts.Activity;
using Collab.Grains.Activity;

namespace Collab.Tests.Activity;

/// <summary>Three conflicts within ten seconds are a burst here.</summary>
public sealed class ConflictBurstTests
{
    private readonly HandClock _clock = new();
    private readonly ConflictBursts _bursts;

    public ConflictBurstTests() => _bursts = new ConflictBursts(3, TimeSpan.FromSeconds(10), _clock);

    [Fact]
    public void Conflicts_that_come_slowly_are_none()
    {
        for (int i = 0; i < 100; i++)
        {
            _bursts.Add("set_set");
            _clock.Advance(TimeSpan.FromSeconds(5.1));
            Assert.False(_bursts.IsBurst);
        }
    }

    [Fact]
    public void A_burst_counts_from_its_first_conflict_and_is_over_when_a_window_passes_without_one()
    {
        Add("a", "b", "a");
        Assert.True(_bursts.IsBurst);
        _clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Null(_bursts.End());
        Add("b", "a");
        _clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Null(_bursts.End());
        _clock.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal([new ConflictCount("a", 3), new("b", 2)], _bursts.End()!.Value.AsEnumerable());
        Assert.False(_bursts.IsBurst);
        Assert.Null(_bursts.End());
    }

    [Fact]
    public void One_that_does_not_end_is_told_of_each_minute()
    {
        int told = 0;
        for (int i = 0; i < 180; i++)
        {
            Add("a");
            if (_bursts.End() is { } burst)
                (told, _) = (told + 1, Assert.Single(burst));
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(2, told);
        Assert.InRange(_bursts.Close()!.Value.Single().Count, 50, 62);
    }

    [Fact]
    public void After_a_burst_it_takes_as_many_again()
    {
        Add("a", "a", "a");
        Assert.NotNull(_bursts.Close());
        Add("a", "a");
        Assert.False(_bursts.IsBurst);
        Assert.Null(_bursts.Close());
        Add("a");
        Assert.True(_bursts.IsBurst);
    }

    private void Add(params string[] kinds)
    {
        foreach (string kind in kinds)
            _bursts.Add(kind);
    }
}
