using System.Diagnostics.CodeAnalysis;
using System.Text;
using Collab.Operations.Json;

namespace Collab.Operations.RichText;

/// <summary>What an attribute is set to, as canonical JSON: <c>true</c>, <c>"red"</c>, <c>null</c> to remove it.</summary>
[SuppressMessage("Usage", "CA2225", Justification = "Conversions exist for literals in builder calls; elsewhere Parse says the same.")]
public readonly record struct AttributeValue
{
    private readonly string? _json;

    internal AttributeValue(string json) => _json = json;

    /// <summary>Canonical JSON (RFC 8785), so that equal values are equal strings.</summary>
    public string Json => _json ?? "null";

    /// <summary>Removes the attribute where a retain carries it.</summary>
    public static AttributeValue Null => default;

    public bool Equals(AttributeValue other) => Json == other.Json;

    public override int GetHashCode() => Json.GetHashCode(StringComparison.Ordinal);

    public static implicit operator AttributeValue(bool value) => new(value ? "true" : "false");

    public static implicit operator AttributeValue(string value) => new(CanonicalJson.Quote(value));

    /// <exception cref="DeltaFormatException">Infinite or not a number.</exception>
    public static implicit operator AttributeValue(double value) => new(EcmaNumber.ToString(value));

    /// <summary>Reads any JSON value; members of objects are sorted, numbers and strings rewritten.</summary>
    /// <exception cref="DeltaFormatException">Malformed, or nested deeper than <see cref="DeltaLimits.Depth"/>.</exception>
    public static AttributeValue Parse(string json) => new(JsonValues.Parse(Encoding.UTF8.GetBytes(json), DeltaLimits.Default));
}
