using Collab.Observability;

namespace Collab.Tests.Observability;

public sealed class CacheBudgetTests
{
    private readonly CacheMetrics _metrics = new($"test_{Guid.NewGuid():N}");
    private readonly List<string> _evicted = [];

    [Fact]
    public void Over_the_limit_the_least_recently_used_goes()
    {
        var budget = new CacheBudget(_metrics, 100);
        var (a, b, c) = (Entry("a"), Entry("b"), Entry("c"));
        budget.Add(a, 40);
        budget.Add(b, 40);
        budget.Touch(a);
        budget.Add(c, 40);
        Assert.Equal(["b"], _evicted);
        Assert.Equal((2.0, 80.0, 1.0), (_metrics.Entries.Value, _metrics.Bytes.Value, _metrics.Evictions.Value));
    }

    [Fact]
    public void An_entry_larger_than_all_there_is_goes_at_once_and_takes_nobody_else_with_it_for_good()
    {
        var budget = new CacheBudget(_metrics, 100);
        budget.Add(Entry("large"), 101);
        Assert.Equal(["large"], _evicted);
        budget.Add(Entry("small"), 100);
        Assert.Equal((1.0, 100.0), (_metrics.Entries.Value, _metrics.Bytes.Value));
    }

    [Fact]
    public void What_nobody_asked_for_between_two_looks_goes()
    {
        var budget = new CacheBudget(_metrics, 100);
        var (a, b) = (Entry("a"), Entry("b"));
        budget.Add(a, 10);
        budget.Add(b, 10);
        budget.EvictIdle();
        Assert.Empty(_evicted);
        budget.Touch(a);
        budget.EvictIdle();
        Assert.Equal(["b"], _evicted);
        budget.EvictIdle();
        Assert.Equal(["b", "a"], _evicted);
        Assert.Equal((0.0, 0.0), (_metrics.Entries.Value, _metrics.Bytes.Value));
    }

    [Fact]
    public void What_its_owner_gave_up_before_it_was_ready_is_not_taken_in()
    {
        var budget = new CacheBudget(_metrics, 100);
        var late = Entry("late");
        budget.Remove(late);
        budget.Add(late, 10);
        budget.Remove(late);
        Assert.Empty(_evicted);
        Assert.Equal((0.0, 0.0), (_metrics.Entries.Value, _metrics.Evictions.Value));
    }

    private CacheEntry Entry(string name) => new(() => _evicted.Add(name));
}
