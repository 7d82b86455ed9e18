using Collab.Operations.Deltas;

namespace Collab.Operations;

/// <summary>
/// What a kind of document is made of: its content, its deltas and the algebra between them. One folder of this project
/// implements a kind, one line of <see cref="DocumentKinds"/> registers it; nothing else in the system knows it.
/// </summary>
/// <remarks>Implementations are pure and hold no state: every member may be called from any thread.</remarks>
public interface IDocumentKind
{
    /// <summary>The kind's name on the wire, in the log and as a metric label: <c>text</c>, <c>richtext</c>.</summary>
    string Name { get; }

    /// <summary>Content at revision 0.</summary>
    IContent Initial { get; }

    /// <summary>Reads a delta in the kind's canonical JSON, strictly.</summary>
    /// <param name="utf8">One JSON value, UTF-8, without anything before or after.</param>
    /// <param name="limits">What may be at most; exceeding it is a format error of its own rule.</param>
    /// <exception cref="DeltaFormatException">Malformed; the message names the value and the rule.</exception>
    IDelta DecodeDelta(ReadOnlySpan<byte> utf8, DeltaLimits limits);

    /// <summary>Reads content as <see cref="IContent.Encode"/> wrote it.</summary>
    /// <exception cref="DeltaFormatException">Malformed; the message names the value and the rule.</exception>
    IContent DecodeContent(ReadOnlySpan<byte> utf8);

    /// <summary>
    /// Moves <paramref name="delta"/> over each delta of <paramref name="over"/>, one by one, never composed (transform does not
    /// distribute over compose), and classifies what it met. What is already in <paramref name="over"/> stands first when both
    /// insert at one position, and loses nothing; where both format one attribute of one range, the moved delta wins, because it comes later.
    /// </summary>
    /// <exception cref="LengthMismatchException">The base length of <paramref name="delta"/> is not that of the first of <paramref name="over"/>.</exception>
    Rebased Rebase(IDelta delta, IReadOnlyList<IDelta> over);

    /// <summary><paramref name="first"/>, then <paramref name="second"/>, as one delta. For what nobody else has seen yet, never for history.</summary>
    /// <exception cref="LengthMismatchException">The base length of <paramref name="second"/> is not the target length of <paramref name="first"/>.</exception>
    IDelta Compose(IDelta first, IDelta second);

    /// <summary>The delta that takes <paramref name="delta"/> back: d·a·Invert(a, d) = d.</summary>
    /// <param name="content">The content before <paramref name="delta"/>.</param>
    IDelta Invert(IDelta delta, IContent content);

    /// <summary>Both sides of the diamond, for a client: two deltas of one base, each moved over the other, by the same rule as <see cref="Rebase"/>.</summary>
    /// <param name="first">What the log holds first: the server's.</param>
    /// <param name="second">What comes later: the client's own.</param>
    /// <returns><c>First</c> applies after <paramref name="second"/>, <c>Second</c> after <paramref name="first"/>; both ways end in one content (TP1).</returns>
    /// <exception cref="LengthMismatchException">The two base lengths differ.</exception>
    (IDelta First, IDelta Second) Transform(IDelta first, IDelta second);

    /// <summary>
    /// Whether <paramref name="delta"/> leaves the content as it is but for remarks on it: in rich text, attributes named <c>comment</c> or <c>comment-…</c> that are set or removed on what is there.
    /// Where it holds, it holds for the delta moved over any other, too.
    /// </summary>
    bool ChangesOnlyComments(IDelta delta);

    /// <summary>A delta that makes <paramref name="after"/> out of <paramref name="before"/>.</summary>
    IDelta Difference(IContent before, IContent after);

    /// <summary>Moves a selection over a delta. Ends beyond the base, which only a faulty sender can mean, count as its end.</summary>
    /// <param name="side">Where an end lands when text is inserted exactly there.</param>
    Selection TransformSelection(Selection selection, IDelta over, CaretSide side);
}

/// <summary>A change of a document. Immutable. It fits exactly one content length (its base length), and says so when it doesn't.</summary>
public interface IDelta
{
    /// <summary>Whether applying it changes nothing.</summary>
    bool IsIdentity { get; }

    /// <summary>Writes the kind's canonical JSON (RFC 8785 rules for strings, numbers and member order), UTF-8.</summary>
    void Encode(System.Buffers.IBufferWriter<byte> output);
}

/// <summary>
/// A document's content at one revision. Immutable and persistent: <see cref="Apply"/> shares what it does not change, so
/// that keeping an old revision costs nothing and an edit costs O(log length).
/// </summary>
public interface IContent
{
    /// <summary>Length in the unit that deltas count, UTF-16 code units for text.</summary>
    int Length { get; }

    /// <summary>Size of the content in memory, in bytes, approximately.</summary>
    long Bytes { get; }

    /// <exception cref="LengthMismatchException">The delta's base length is not <see cref="Length"/>.</exception>
    /// <exception cref="DeltaFormatException">The delta cuts a surrogate pair of this content in two.</exception>
    IContent Apply(IDelta delta);

    /// <summary>Writes the kind's canonical JSON of the whole content, UTF-8.</summary>
    void Encode(System.Buffers.IBufferWriter<byte> output);

    /// <summary>
    /// FNV-1a, 32 bits, over the UTF-16 code units of the text (text), or of the canonical JSON of the content (every other kind);
    /// one multiplication for each code unit. A client computes the same and the two are compared to notice divergence.
    /// </summary>
    uint Hash();
}
