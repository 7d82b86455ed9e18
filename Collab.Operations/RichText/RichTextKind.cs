using Collab.Operations.Deltas;

namespace Collab.Operations.RichText;

/// <summary>Formatted text with embeds, with the meaning of Quill's Delta: <c>richtext</c>.</summary>
public sealed class RichTextKind : SequenceKind
{
    private RichTextKind()
        : base(DeltaForm.RichText)
    {
    }

    public static RichTextKind Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "richtext";

    /// <summary>One line feed, as in an empty Quill editor.</summary>
    public override IContent Initial => RichTextContent.Initial;

    /// <inheritdoc/>
    public override IDelta DecodeDelta(ReadOnlySpan<byte> utf8, DeltaLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return RichTextCodec.DecodeDelta(utf8, limits);
    }

    /// <inheritdoc/>
    public override IContent DecodeContent(ReadOnlySpan<byte> utf8)
    {
        var delta = RichTextCodec.DecodeDelta(utf8, DeltaLimits.Content);
        if (delta.BaseLength != 0) throw new DeltaFormatException("Content has a retain or a delete; it consists of inserts only.");
        return RichTextContent.Empty.Apply(delta);
    }
}
