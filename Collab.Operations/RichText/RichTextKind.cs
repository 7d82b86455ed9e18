using Collab.Operations.Deltas;

namespace Collab.Operations.RichText;

/// <summary>Formatted text with embeds, with the meaning of Quill's Delta: <c>richtext</c>.</summary>
public sealed class RichTextKind : IDocumentKind
{
    private RichTextKind()
    {
    }

    public static RichTextKind Instance { get; } = new();

    /// <inheritdoc/>
    public string Name => "richtext";

    /// <summary>One line feed, as in an empty Quill editor.</summary>
    public IContent Initial => RichTextContent.Initial;

    /// <inheritdoc/>
    public IDelta DecodeDelta(ReadOnlySpan<byte> utf8, DeltaLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return RichTextCodec.DecodeDelta(utf8, limits);
    }

    /// <inheritdoc/>
    public IContent DecodeContent(ReadOnlySpan<byte> utf8)
    {
        var delta = RichTextCodec.DecodeDelta(utf8, DeltaLimits.Content);
        if (delta.BaseLength != 0) throw new DeltaFormatException("Content has a retain or a delete; it consists of inserts only.");
        return RichTextContent.Empty.Apply(delta);
    }

    /// <inheritdoc/>
    public Rebased Rebase(IDelta delta, IReadOnlyList<IDelta> over) => SequenceRebase.Rebase(delta, over, DeltaForm.RichText);
}
