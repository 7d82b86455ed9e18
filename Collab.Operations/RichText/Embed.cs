using System.Text;
using Collab.Operations.Json;

namespace Collab.Operations.RichText;

/// <summary>Something that is no text and has length 1: <c>{"image":"https://…"}</c>. Opaque here; equal if its canonical JSON is.</summary>
public sealed class Embed : IEquatable<Embed>
{
    internal Embed(string json) => Json = json;

    /// <summary>A JSON object with at least one member, canonical (RFC 8785).</summary>
    public string Json { get; }

    /// <summary>Reads a JSON object, and brings it into canonical form.</summary>
    /// <exception cref="DeltaFormatException">
    /// Malformed, not an object, without members, or nested deeper than <see cref="DeltaLimits.Depth"/>.
    /// </exception>
    public static Embed Parse(string json)
    {
        var canonical = JsonValues.Parse(Encoding.UTF8.GetBytes(json), DeltaLimits.Default);
        return canonical.Length > 2 && canonical[0] == '{'
            ? new Embed(canonical)
            : throw new DeltaFormatException("An embed is a JSON object with at least one member.");
    }

    public bool Equals(Embed? other) => other is not null && Json == other.Json;

    public override bool Equals(object? obj) => Equals(obj as Embed);

    public override int GetHashCode() => Json.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Json;
}
