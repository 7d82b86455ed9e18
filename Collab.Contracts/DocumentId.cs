using System.Buffers;

namespace Collab.Contracts;

/// <summary>A document's name: 1–128 characters of <c>A–Z a–z 0–9 . _ ~ -</c>, RFC 3986's unreserved set, so that it needs no escaping anywhere.</summary>
[GenerateSerializer, Immutable, Alias("collab.DocumentId")]
public readonly record struct DocumentId([property: Id(0)] string Value)
{
    public const int LengthLimit = 128;

    private static readonly SearchValues<char> Unreserved = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-");

    /// <summary>Whether <paramref name="value"/> may name a document.</summary>
    public static bool IsValid(string? value) => value is { Length: > 0 and <= LengthLimit } && !value.AsSpan().ContainsAnyExcept(Unreserved);

    public override string ToString() => Value;
}
