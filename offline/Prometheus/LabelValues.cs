namespace Prometheus;

/// <summary>A series' key, found by a span so that looking it up allocates nothing.</summary>
internal readonly record struct LabelValues(string[] Values)
{
    public static ValueComparer Comparer { get; } = new();

    internal sealed class ValueComparer : IEqualityComparer<LabelValues>, IAlternateEqualityComparer<ReadOnlySpan<string>, LabelValues>
    {
        public bool Equals(LabelValues x, LabelValues y) => x.Values.AsSpan().SequenceEqual(y.Values);

        public bool Equals(ReadOnlySpan<string> alternate, LabelValues other) => alternate.SequenceEqual(other.Values);

        public int GetHashCode(LabelValues obj) => GetHashCode(obj.Values.AsSpan());

        public int GetHashCode(ReadOnlySpan<string> alternate)
        {
            var hash = default(HashCode);
            foreach (var value in alternate)
                hash.Add(value);
            return hash.ToHashCode();
        }

        public LabelValues Create(ReadOnlySpan<string> alternate) => new(alternate.ToArray());
    }
}
