using System.Diagnostics.CodeAnalysis;
using Collab.Operations.RichText;

namespace Collab.Operations.Deltas;

/// <summary>
/// One step of a delta: retain, insert or delete. Its length is never zero. It takes 24 bytes; an insert refers to its string and never
/// copies it.
/// </summary>
[SuppressMessage("Performance", "CA1815", Justification = "Compared through Delta.Equals only, which looks at text and not at references.")]
public readonly struct Component
{
    // A string (with the slice _start, Length), an Embed, or null. The kind hides in a negative _start so that the struct stays at 24 bytes.
    private readonly object? _payload;
    private readonly int _start;

    private Component(object? payload, int start, int length, Attributes? attributes)
    {
        _payload = payload;
        _start = start;
        Length = length;
        Attributes = attributes;
    }

    /// <summary>What it does.</summary>
    public ComponentKind Kind => _start < 0 ? (ComponentKind)(-_start) : ComponentKind.Insert;

    /// <summary>Code units retained, inserted or deleted; an embed counts 1.</summary>
    public int Length { get; }

    /// <summary>On an insert what it is formatted with, on a retain what changes (null values remove); null for none.</summary>
    public Attributes? Attributes { get; }

    /// <summary>The text inserted; empty for every other component.</summary>
    public ReadOnlySpan<char> Text => _payload is string text ? text.AsSpan(_start, Length) : default;

    /// <summary>The embed inserted, or null.</summary>
    public Embed? Embed => _payload as Embed;

    /// <summary>Whether it is a retain that changes nothing.</summary>
    internal bool IsPlainRetain => _start == -(int)ComponentKind.Retain && Attributes is null;

    internal static Component Retain(int length, Attributes? attributes) => new(null, -(int)ComponentKind.Retain, length, attributes);

    internal static Component Delete(int length) => new(null, -(int)ComponentKind.Delete, length, null);

    internal static Component Insert(string text, Attributes? attributes) => new(text, 0, text.Length, attributes);

    internal static Component Insert(Embed embed, Attributes? attributes) => new(embed, 0, 1, attributes);

    /// <summary>A part of this component. The part of an insert refers to the same string.</summary>
    internal Component Slice(int offset, int length) => _start < 0
        ? new Component(null, _start, length, Attributes)
        : new Component(_payload, _start + offset, length, Attributes);

    internal Component WithAttributes(Attributes? attributes) => new(_payload, _start, Length, attributes);

    /// <summary>
    /// This insert and <paramref name="next"/> as one, if they are neighbouring slices of one string. Attributes are the caller's business.
    /// </summary>
    internal bool TryExtend(in Component next, out Component extended)
    {
        var adjacent = _payload is string && ReferenceEquals(_payload, next._payload) && _start + Length == next._start;
        extended = adjacent ? new Component(_payload, _start, Length + next.Length, Attributes) : default;
        return adjacent;
    }

    internal bool SameAs(in Component other) =>
        Kind == other.Kind && Length == other.Length && Equals(Attributes, other.Attributes)
        && Equals(Embed, other.Embed) && Text.SequenceEqual(other.Text);
}
