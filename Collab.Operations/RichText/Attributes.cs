using System.Text;
using Collab.Operations.Json;

namespace Collab.Operations.RichText;

/// <summary>
/// How a run is formatted, or on a retain what changes about it (null removes). Immutable, at least one member, names sorted by code
/// unit. The operations are those of Quill's <c>AttributeMap</c>.
/// </summary>
public sealed class Attributes : IEquatable<Attributes>
{
    private const string CommentName = "comment";
    private const string CommentPrefix = "comment-";

    private readonly KeyValuePair<string, AttributeValue>[] _members;
    private string? _json;

    private Attributes(KeyValuePair<string, AttributeValue>[] members) => _members = members;

    /// <summary>Sorted by name, in UTF-16 code units.</summary>
    public ReadOnlySpan<KeyValuePair<string, AttributeValue>> Members => _members;

    /// <summary>Canonical JSON of the object.</summary>
    public string Json => _json ??= WriteJson();

    /// <summary>Whether all are remarks on the content: <c>comment</c>, or <c>comment-</c> and anything.</summary>
    public bool AreComments
    {
        get
        {
            foreach (var (name, _) in _members)
            {
                if (name != CommentName && !name.StartsWith(CommentPrefix, StringComparison.Ordinal))
                    return false;
            }

            return true;
        }
    }

    /// <summary>The value of this name, or null (no value) where it isn't set; a set null is <see cref="AttributeValue.Null"/>.</summary>
    public AttributeValue? this[string name] => IndexOf(name) is >= 0 and var index ? _members[index].Value : (AttributeValue?)null;

    /// <summary>Attributes from pairs: <c>Attributes.Of(("bold", true), ("color", "red"))</c>.</summary>
    /// <exception cref="ArgumentException">No pair at all, or a name given twice.</exception>
    public static Attributes Of(params ReadOnlySpan<(string Name, AttributeValue Value)> members)
    {
        var sorted = new List<KeyValuePair<string, AttributeValue>>(members.Length);
        foreach (var (name, value) in members)
        {
            WellFormed.Require(name);
            sorted.Add(new(name, value));
        }

        sorted.Sort(static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        for (var i = 1; i < sorted.Count; i++)
            if (sorted[i].Key == sorted[i - 1].Key) throw new ArgumentException("An attribute is given twice.", nameof(members));
        return FromSorted(sorted) ?? throw new ArgumentException("Attributes have at least one member.", nameof(members));
    }

    public bool Equals(Attributes? other)
    {
        if (ReferenceEquals(this, other)) return true;
        if (other is null || _members.Length != other._members.Length) return false;
        for (var i = 0; i < _members.Length; i++)
            if (_members[i].Key != other._members[i].Key || _members[i].Value != other._members[i].Value) return false;
        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as Attributes);

    public override int GetHashCode() => Json.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Json;

    /// <summary>Null for none, as everywhere.</summary>
    internal static Attributes? FromSorted(List<KeyValuePair<string, AttributeValue>> members) => members.Count == 0 ? null : new([.. members]);

    /// <summary>
    /// First <paramref name="earlier"/>, then <paramref name="later"/>, which wins. Nulls stay only where a retain carries the result: what is
    /// inserted has nothing to remove.
    /// </summary>
    internal static Attributes? Compose(Attributes? earlier, Attributes? later, bool keepNulls)
    {
        if (later is null) return earlier;
        if (earlier is null) return keepNulls ? later : later.WithoutNulls();
        var members = new List<KeyValuePair<string, AttributeValue>>(earlier._members.Length + later._members.Length);
        int i = 0, j = 0;
        while (i < earlier._members.Length || j < later._members.Length)
        {
            var order = i == earlier._members.Length ? 1
                : j == later._members.Length ? -1
                : string.CompareOrdinal(earlier._members[i].Key, later._members[j].Key);
            var member = order < 0 ? earlier._members[i] : later._members[j];
            if (order <= 0) i++;
            if (order >= 0) j++;
            if (keepNulls || member.Value != AttributeValue.Null) members.Add(member);
        }

        return FromSorted(members);
    }

    /// <summary>Whether both set an attribute of one name, and whether any of those differs in value.</summary>
    internal bool Meets(Attributes other, out bool differs)
    {
        differs = false;
        var meets = false;
        foreach (var (name, value) in _members)
        {
            if (other[name] is not { } theirs) continue;
            meets = true;
            differs |= value != theirs;
        }

        return meets;
    }

    /// <summary>These, without the names that <paramref name="other"/> sets.</summary>
    internal Attributes? Without(Attributes other)
    {
        var members = new List<KeyValuePair<string, AttributeValue>>(_members.Length);
        foreach (var member in _members)
            if (other.IndexOf(member.Key) < 0) members.Add(member);
        return members.Count == _members.Length ? this : FromSorted(members);
    }

    internal Attributes? WithoutNulls()
    {
        if (!Array.Exists(_members, static member => member.Value == AttributeValue.Null)) return this;
        return FromSorted([.. _members.Where(static member => member.Value != AttributeValue.Null)]);
    }

    /// <summary>What a retain must carry to undo this change of a run formatted with <paramref name="formatted"/>.</summary>
    internal Attributes? Invert(Attributes? formatted)
    {
        var members = new List<KeyValuePair<string, AttributeValue>>(_members.Length);
        foreach (var (name, value) in _members)
        {
            var before = formatted?[name] ?? AttributeValue.Null;

            // A removed attribute that wasn't there is removed again by the inverse: Quill's way, and harmless.
            if (before != value || value == AttributeValue.Null) members.Add(new(name, before));
        }

        return FromSorted(members);
    }

    private int IndexOf(string name)
    {
        // A handful of members: a scan is faster than a search.
        for (var i = 0; i < _members.Length; i++)
            if (_members[i].Key == name) return i;
        return -1;
    }

    private string WriteJson()
    {
        var json = new StringBuilder("{");
        foreach (var (name, value) in _members)
        {
            if (json.Length > 1) json.Append(',');
            json.Append(CanonicalJson.Quote(name)).Append(':').Append(value.Json);
        }

        return json.Append('}').ToString();
    }
}
