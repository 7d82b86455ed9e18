using Collab.Contracts.Documents;
using Collab.Grains.Log;
using Collab.Operations;

namespace Collab.Grains.Documents;

/// <summary>An operation to rebase over.</summary>
public readonly record struct WindowEntry(CommittedOperation Operation, IDelta Delta, string Author)
{
    // What the log has was within the limits of its day.
    private static readonly DeltaLimits Unlimited = new(int.MaxValue, int.MaxValue);

    /// <summary>Reads an operation of the log.</summary>
    /// <exception cref="DeltaFormatException">It is damaged (likewise the next two).</exception>
    /// <exception cref="InvalidDataException"/>
    /// <exception cref="System.Text.Json.JsonException"/>
    public static WindowEntry Read(IDocumentKind kind, LogRecord record)
    {
        var (delta, author) = OperationEncoding.Read(record.Encoded);
        return new WindowEntry(record.Committed, kind.DecodeDelta(delta.Span, Unlimited), author);
    }

    /// <summary>Reads the delta alone.</summary>
    /// <inheritdoc cref="Read(IDocumentKind, LogRecord)"/>
    public static IDelta ReadDelta(IDocumentKind kind, ReadOnlyMemory<byte> encoded) => kind.DecodeDelta(OperationEncoding.Read(encoded).Delta.Span, Unlimited);
}
