using Collab.Stress.Integrity;

namespace Collab.Tests.Stress.Integrity;

/// <summary>Two sums tell whether a stretch of operations is another than the log's, and where, if it is in one place.</summary>
public sealed class DeliveredOperationsTests
{
    private const int Seed = 20261122;

    private static readonly uint[] Log = Fingerprints(new Random(Seed));

    [Fact]
    public void What_was_delivered_as_logged_has_no_difference()
    {
        var delivered = Deliver(Log, from: 1);
        Assert.Equal([(1, 256), (257, 512), (513, 700)], delivered.Stretches.Select(stretch => ((int)stretch.First, (int)stretch.Last)));
        Assert.All(delivered.Stretches, stretch => Assert.Null(Difference(stretch)));
    }

    [Fact]
    public void One_that_is_another_is_found_exactly()
    {
        for (int revision = 1; revision <= Log.Length; revision++)
        {
            uint[] told = [.. Log];
            told[revision - 1] ^= 0x8000_0001;
            Assert.Equal([new(revision, revision, DeliveredOperations.DifferenceKind.Changed)], Differences(told));
        }
    }

    [Fact]
    public void Two_neighbours_the_other_way_round_are_found_exactly()
    {
        for (int revision = 1; revision < Log.Length; revision++)
        {
            // Across two stretches, each of them has another operation.
            if (revision % DeliveredOperations.StretchLimit == 0)
                continue;
            uint[] told = [.. Log];
            (told[revision - 1], told[revision]) = (told[revision], told[revision - 1]);
            Assert.Equal([new(revision, revision + 1, DeliveredOperations.DifferenceKind.Swapped)], Differences(told));
        }
    }

    [Fact]
    public void More_than_that_is_found_to_be_in_the_stretch()
    {
        uint[] told = [.. Log];
        told[300]++;
        told[333] += 7;
        told[400] ^= 12345;
        var difference = Assert.Single(Differences(told));
        Assert.Equal((257, 512), (difference.First, difference.Last));
    }

    [Fact]
    public void A_snapshot_between_leaves_a_gap()
    {
        var delivered = Deliver(Log.Take(10), from: 1);
        for (int revision = 100; revision <= 120; revision++)
            delivered.Add(revision, Log[revision - 1]);
        Assert.Equal([(1, 10), (100, 120)], delivered.Stretches.Select(stretch => ((int)stretch.First, (int)stretch.Last)));
        Assert.All(delivered.Stretches, stretch => Assert.Null(Difference(stretch)));
    }

    private static uint[] Fingerprints(Random random) => [.. Enumerable.Range(0, 700).Select(_ => (uint)random.NextInt64(1L << 32))];

    private static DeliveredOperations Deliver(IEnumerable<uint> fingerprints, long from)
    {
        var delivered = new DeliveredOperations();
        foreach (uint fingerprint in fingerprints)
            delivered.Add(from++, fingerprint);
        return delivered;
    }

    private static DeliveredOperations.Difference[] Differences(uint[] told) =>
        [.. Deliver(told, from: 1).Stretches.Select(Difference).OfType<DeliveredOperations.Difference>()];

    private static DeliveredOperations.Difference? Difference(DeliveredOperations.Stretch stretch) =>
        stretch.FindDifference(Log.AsSpan((int)stretch.First - 1, stretch.Count));
}
