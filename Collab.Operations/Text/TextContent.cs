using System.Buffers;
using Collab.Operations.Deltas;
using Collab.Operations.Json;
using Collab.Operations.Ropes;

namespace Collab.Operations.Text;

/// <summary>Plain text, well-formed UTF-16. Written as one JSON string.</summary>
public sealed class TextContent : SequenceContent
{
    private TextContent(Node? root)
        : base(root)
    {
    }

    public static TextContent Empty { get; } = new(null);

    /// <inheritdoc/>
    public override DeltaForm Form => DeltaForm.Text;

    /// <exception cref="DeltaFormatException">A surrogate in the text stands without its other half.</exception>
    public static TextContent From(ReadOnlySpan<char> text)
    {
        WellFormed.Require(text);
        return text.IsEmpty ? Empty : new TextContent(Rope.Build(text, null));
    }

    /// <summary>A part of the text.</summary>
    /// <param name="start">Code units from 0.</param>
    /// <param name="length">Code units.</param>
    public string Slice(int start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - start);
        return string.Create(length, (Root, start), static (text, source) =>
        {
            var runs = new RunCursor(source.Root, source.start, text.Length);
            while (runs.MoveNext())
            {
                runs.Text.CopyTo(text);
                text = text[runs.Length..];
            }
        });
    }

    /// <summary>The whole text, as one string.</summary>
    public override string ToString() => Slice(0, Length);

    /// <inheritdoc/>
    public override void Encode(IBufferWriter<byte> output)
    {
        var sink = new Utf8Sink(output);
        sink.Append('"');
        var runs = new RunCursor(Root, 0, Length);
        while (runs.MoveNext()) CanonicalJson.WriteEscaped(ref sink, runs.Text);
        sink.Append('"');
        sink.Finish();
    }

    /// <inheritdoc/>
    public override uint Hash()
    {
        var sink = new HashSink();
        var runs = new RunCursor(Root, 0, Length);
        while (runs.MoveNext()) sink.Append(runs.Text);
        return sink.Hash;
    }

    private protected override SequenceContent With(Node? root) => root is null ? Empty : new TextContent(root);
}
