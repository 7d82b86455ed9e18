using Collab.Web.Memory;

namespace Collab.Tests.Web.Memory;

/// <summary>When a host gives memory back: <see cref="QuietRule"/> decides, one look a second.</summary>
public sealed class QuietRuleTests
{
    private const long MiB = 1 << 20;

    private readonly QuietRule _rule = new(256 * MiB, new MemoryReading(TimeSpan.Zero, 0, 20 * MiB, 100 * MiB));
    private MemoryReading _now = new(TimeSpan.Zero, 0, 20 * MiB, 100 * MiB);

    [Fact]
    public void Memory_is_given_back_two_seconds_after_a_storm_and_not_during_it()
    {
        Assert.False(Look(allocates: 100 * MiB, grows: 100 * MiB));
        Assert.False(Look(allocates: 100 * MiB, grows: 100 * MiB));
        Assert.False(Look());
        Assert.True(Look());
    }

    [Fact]
    public void Nothing_is_done_while_somebody_is_active()
    {
        Look(grows: 100 * MiB);
        Assert.False(Look(isActive: true));
        Assert.False(Look(isActive: true));
        Assert.True(Look());
    }

    [Fact]
    public void What_is_less_than_a_quarter_is_not_worth_it()
    {
        Look(grows: 24 * MiB);
        Assert.False(Look());
        Assert.False(Look());
        Assert.True(Look(grows: MiB));
    }

    [Fact]
    public void A_process_that_grows_again_is_left_alone_for_a_minute_and_one_that_does_not_for_good()
    {
        Look(grows: 100 * MiB);
        Assert.True(Look());
        _now = _now with { WorkingSet = 110 * MiB };
        _rule.GivenBack(_now);
        Look(grows: 50 * MiB);
        for (int second = 2; second < 60; second++)
            Assert.False(Look());
        Assert.True(Look());
        _rule.GivenBack(_now);
        for (int second = 0; second < 200; second++)
            Assert.False(Look());
    }

    [Fact]
    public void A_heap_over_the_limit_is_left_to_the_runtime()
    {
        _now = _now with { Heap = 257 * MiB };
        Look(grows: 400 * MiB);
        Assert.False(Look());
        Assert.False(Look());
    }

    private bool Look(long allocates = 0, long grows = 0, bool isActive = false)
    {
        _now = _now with { At = _now.At + TimeSpan.FromSeconds(1), Allocated = _now.Allocated + allocates, WorkingSet = _now.WorkingSet + grows };
        return _rule.IsDue(_now, () => isActive);
    }
}
