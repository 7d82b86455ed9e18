namespace Collab.Stress.Integrity;

/// <summary>
/// What one replica was sent: of each stretch of up to 256 consecutive operations two sums over their fingerprints, in place of the operations. Sixteen million operations take some two megabytes.
/// </summary>
/// <remarks>
/// Two sums and not one, because they tell more than that something differs: with one operation changed, Σh and Σi·h differ by d and i·d, and the quotient is its place; with two neighbours swapped,
/// Σh is the same and Σi·h differs by the difference of the two.
/// </remarks>
internal sealed class DeliveredOperations
{
    public const int StretchLimit = 256;

    private readonly List<Stretch> _stretches = [];

    /// <summary>Ascending; gaps are what the replica got inside of snapshots.</summary>
    public IReadOnlyList<Stretch> Stretches => _stretches;

    /// <summary>An operation arrived. One at or before the newest counts as heard again, after a snapshot that stood further back.</summary>
    public void Add(long revision, uint fingerprint)
    {
        // Stretches end at multiples, so that those of two replicas can be compared with each other, too.
        if (_stretches.Count > 0 && _stretches[^1] is var last && last.Last + 1 == revision && last.Last % StretchLimit != 0)
            _stretches[^1] = last.With(fingerprint);
        else
            _stretches.Add(new Stretch(revision, 0, 0, 0).With(fingerprint));
    }

    /// <param name="First">Its first operation's revision.</param>
    /// <param name="Sum">Of the fingerprints.</param>
    /// <param name="Weighted">Of the fingerprints, each times its distance from the first.</param>
    internal readonly record struct Stretch(long First, int Count, long Sum, long Weighted)
    {
        public long Last => First + Count - 1;

        public bool IsFull => Count == StretchLimit;

        public static Stretch Of(long first, ReadOnlySpan<uint> fingerprints)
        {
            var stretch = new Stretch(first, 0, 0, 0);
            foreach (uint fingerprint in fingerprints)
                stretch = stretch.With(fingerprint);
            return stretch;
        }

        public Stretch With(uint fingerprint) => new(First, Count + 1, Sum + fingerprint, Weighted + ((long)Count * fingerprint));

        /// <summary>Where this differs from what the log has, as exactly as the sums tell; null if it does not.</summary>
        /// <param name="logged">The log's fingerprints of the same operations.</param>
        public Difference? FindDifference(ReadOnlySpan<uint> logged)
        {
            var expected = Of(First, logged);
            if (expected == this)
                return null;
            long changed = Sum - expected.Sum, moved = Weighted - expected.Weighted;
            if (changed == 0)
            {
                for (int i = 0; i + 1 < logged.Length; i++)
                {
                    if ((long)logged[i] - logged[i + 1] == moved)
                        return new Difference(First + i, First + i + 1, DifferenceKind.Swapped);
                }
            }
            else if (moved % changed == 0 && moved / changed is >= 0 and var place && place < Count)
            {
                return new Difference(First + place, First + place, DifferenceKind.Changed);
            }

            return new Difference(First, Last, DifferenceKind.Several);
        }
    }

    /// <param name="First">The first revision that may be meant.</param>
    /// <param name="Last">The last one.</param>
    internal readonly record struct Difference(long First, long Last, DifferenceKind Kind);

    internal enum DifferenceKind
    {
        /// <summary>One operation is another.</summary>
        Changed,

        /// <summary>Two neighbours stand the other way round.</summary>
        Swapped,

        /// <summary>More than that, somewhere in the stretch.</summary>
        Several,
    }
}
