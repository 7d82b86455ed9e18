using System.Buffers;
using System.Text;
using Collab.Operations.Deltas;
using Collab.Operations.Json;
using Collab.Operations.Ropes;

namespace Collab.Operations.RichText;

/// <summary>Formatted text with embeds. Written as Quill's operations, inserts only, neighbours formatted alike as one.</summary>
public sealed class RichTextContent : SequenceContent
{
    private RichTextContent(Node? root)
        : base(root)
    {
    }

    public static RichTextContent Empty { get; } = new(null);

    /// <summary>One line feed: what Quill calls an empty document.</summary>
    public static RichTextContent Initial { get; } = new(Rope.Build("\n", null));

    /// <inheritdoc/>
    public override DeltaForm Form => DeltaForm.RichText;

    /// <summary>The text without formats; an embed is U+FFFC, so that positions stay what they are.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Length);
        var runs = new RunCursor(Root, 0, Length);
        while (runs.MoveNext())
        {
            if (runs.Embed is null) text.Append(runs.Text);
            else text.Append('\uFFFC');
        }

        return text.ToString();
    }

    /// <summary>A part of the content as what would insert it: components of kind insert, neighbours formatted alike as one.</summary>
    /// <param name="start">Code units from 0.</param>
    /// <param name="length">Code units; an embed counts 1.</param>
    public Delta Slice(int start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - start);
        var output = DeltaBuilder.Rent(DeltaForm.RichText);
        var runs = new RunCursor(Root, start, length);
        while (runs.MoveNext())
        {
            output.PushInsert(runs.Embed is not null
                ? Component.Insert(runs.Embed, runs.Attributes)
                : Component.Insert(runs.Text.ToString(), runs.Attributes));
        }

        return output.BuildAndReturn();
    }

    /// <inheritdoc/>
    public override void Encode(IBufferWriter<byte> output)
    {
        var sink = new Utf8Sink(output);
        Write(ref sink);
        sink.Finish();
    }

    /// <inheritdoc/>
    public override uint Hash()
    {
        var sink = new HashSink();
        Write(ref sink);
        return sink.Hash;
    }

    private void Write<TSink>(ref TSink sink)
        where TSink : ICodeUnitSink, allows ref struct
    {
        var runs = new RunCursor(Root, 0, Length);
        var separator = '[';
        var isTextOpen = false;
        Attributes? open = null;
        while (runs.MoveNext())
        {
            var continues = isTextOpen && runs.Embed is null && Equals(open, runs.Attributes);
            if (!continues)
            {
                if (isTextOpen) sink.Append('"');
                if (separator == ',') Close(ref sink, open);
                sink.Append(separator);
                separator = ',';
                sink.Append("{\"insert\":");
                open = runs.Attributes;
                isTextOpen = runs.Embed is null;
                if (isTextOpen) sink.Append('"');
                else sink.Append(runs.Embed!.Json);
            }

            if (isTextOpen) CanonicalJson.WriteEscaped(ref sink, runs.Text);
        }

        if (isTextOpen) sink.Append('"');
        if (separator == ',') Close(ref sink, open);
        else sink.Append('[');
        sink.Append(']');
    }

    private static void Close<TSink>(ref TSink sink, Attributes? attributes)
        where TSink : ICodeUnitSink, allows ref struct
    {
        if (attributes is not null)
        {
            sink.Append(",\"attributes\":");
            sink.Append(attributes.Json);
        }

        sink.Append('}');
    }

    private protected override SequenceContent With(Node? root) => root is null ? Empty : new RichTextContent(root);
}
