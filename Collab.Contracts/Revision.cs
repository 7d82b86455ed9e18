namespace Collab.Contracts;

/// <summary>A place in a document's log: 0 is the initial content, operation <c>r</c> turns revision <c>r − 1</c> into <c>r</c>.</summary>
[GenerateSerializer, Immutable, Alias("collab.Revision")]
public readonly record struct Revision([property: Id(0)] long Value) : IComparable<Revision>
{
    public static Revision Zero => default;

    public Revision Next => new(Value + 1);

    public static bool operator <(Revision left, Revision right) => left.Value < right.Value;

    public static bool operator >(Revision left, Revision right) => left.Value > right.Value;

    public static bool operator <=(Revision left, Revision right) => left.Value <= right.Value;

    public static bool operator >=(Revision left, Revision right) => left.Value >= right.Value;

    /// <summary>How many operations lie between two revisions.</summary>
    public static long operator -(Revision left, Revision right) => left.Value - right.Value;

    public static Revision operator +(Revision revision, long operations) => new(revision.Value + operations);

    public int CompareTo(Revision other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
