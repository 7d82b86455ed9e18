using System.Buffers;
using System.Text.Json;
using Collab.Operations.Deltas;
using Collab.Operations.Json;

namespace Collab.Operations.Text;

/// <summary>Plain text: <c>text</c>.</summary>
public sealed class TextKind : SequenceKind
{
    private TextKind()
        : base(DeltaForm.Text)
    {
    }

    public static TextKind Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "text";

    /// <summary>The empty text.</summary>
    public override IContent Initial => TextContent.Empty;

    /// <inheritdoc/>
    public override IDelta DecodeDelta(ReadOnlySpan<byte> utf8, DeltaLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return TextCodec.DecodeDelta(utf8, limits);
    }

    /// <inheritdoc/>
    public override IContent DecodeContent(ReadOnlySpan<byte> utf8)
    {
        var reader = new StrictReader(utf8);
        reader.Read();
        if (reader.Token != JsonTokenType.String) throw new DeltaFormatException($"Text is a JSON string, not {reader.Token.Describe()}.");

        // A large document would go to the large object heap twice; the pool's buffer is there already.
        var buffer = ArrayPool<char>.Shared.Rent(reader.Raw.Length);
        try
        {
            var length = reader.CopyString(buffer);
            reader.RequireEnd();
            return TextContent.From(buffer.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer);
        }
    }
}
