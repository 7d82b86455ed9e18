using Collab.Resilience;

namespace Collab.Tests.Resilience;

public sealed class RateBucketTests
{
    private readonly HandClock _clock = new();

    [Fact]
    public void It_holds_ten_seconds_worth_and_says_when_there_is_more()
    {
        var bucket = new RateBucket(perSecond: 5, _clock);
        Assert.All(Enumerable.Range(0, 50), _ => Assert.Null(bucket.TryTake()));
        Assert.Equal(TimeSpan.FromMilliseconds(200), bucket.TryTake());

        _clock.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Null(bucket.TryTake());
        Assert.NotNull(bucket.TryTake());
    }

    [Fact]
    public void What_is_refused_costs_nothing()
    {
        var bucket = new RateBucket(perSecond: 1, _clock, holds: 1);
        for (int i = 0; i < 10; i++)
            Assert.Null(bucket.TryTake());
        for (int i = 0; i < 1000; i++)
            Assert.Equal(TimeSpan.FromSeconds(1), bucket.TryTake());
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(bucket.TryTake());
    }

    [Fact]
    public void Nobody_is_told_to_come_back_within_a_tenth_of_a_second()
    {
        var bucket = new RateBucket(perSecond: 1000, _clock);
        Assert.All(Enumerable.Range(0, 10_000), _ => Assert.Null(bucket.TryTake()));
        Assert.Equal(TimeSpan.FromMilliseconds(100), bucket.TryTake());
    }

    [Fact]
    public void Over_time_the_rate_is_kept_whatever_is_asked()
    {
        var bucket = new RateBucket(perSecond: 7, _clock);
        int taken = 0;
        for (int i = 0; i < 6000; i++)
        {
            taken += bucket.TryTake() is null ? 1 : 0;
            _clock.Advance(TimeSpan.FromMilliseconds(10));
        }

        // Sixty seconds at seven, and the seventy that it held.
        Assert.InRange(taken, 489, 490);
    }

    [Fact]
    public void It_holds_more_than_ten_seconds_worth_when_told_to()
    {
        var bucket = new RateBucket(perSecond: 1, _clock, holds: 30);
        Assert.All(Enumerable.Range(0, 30), _ => Assert.Null(bucket.TryTake()));
        Assert.NotNull(bucket.TryTake());
    }

    [Fact]
    public void What_is_taken_in_any_case_makes_a_debt_that_time_pays()
    {
        var bucket = new RateBucket(perSecond: 100, _clock);
        Assert.Equal(TimeSpan.Zero, bucket.Take(1000));
        Assert.Equal(TimeSpan.FromSeconds(3), bucket.Take(300));
        _clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromMilliseconds(10), bucket.Take(1));
    }
}
