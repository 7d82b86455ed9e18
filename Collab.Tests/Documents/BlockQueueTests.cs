using Collab.Contracts.Documents;

namespace Collab.Tests.Documents;

public sealed class BlockQueueTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_is_like_a_list_whose_first_are_removed(int seed)
    {
        var random = new Random(seed);
        var queue = new BlockQueue<string>();
        var list = new List<string>();
        for (int step = 0; step < 20_000; step++)
        {
            // Now it grows, now it shrinks, now as many go as come.
            if (list.Count == 0 || random.Next(4) < step / 1_000 % 4)
            {
                list.Add($"{step}");
                queue.Add(list[^1]);
            }
            else
            {
                list.RemoveAt(0);
                queue.DropFirst();
            }

            if (random.Next(5_000) == 0)
            {
                list.Clear();
                queue.Clear();
            }

            Assert.True(list.Count == queue.Count, $"Seed {seed}, step {step}: {queue.Count} instead of {list.Count}.");
            if (list.Count > 0 && random.Next(list.Count) is var at)
                Assert.True((list[0], list[at], list[^1]) == (queue[0], queue[at], queue[queue.Count - 1]), $"Seed {seed}, step {step}: {queue[at]} at {at} instead of {list[at]}.");
        }
    }

    [Fact]
    public void There_is_nothing_before_the_first_and_after_the_last()
    {
        var queue = new BlockQueue<int>();
        Assert.Throws<ArgumentOutOfRangeException>(() => queue[0]);
        Assert.Throws<ArgumentOutOfRangeException>(queue.DropFirst);
        queue.Add(1);
        Assert.Throws<ArgumentOutOfRangeException>(() => queue[1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => queue[-1]);
    }
}
