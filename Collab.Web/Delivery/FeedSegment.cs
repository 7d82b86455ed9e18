using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Web.Messages;

namespace Collab.Web.Delivery;

/// <summary>Consecutive operations of a document, encoded once for all connections.</summary>
/// <param name="encoded">The bytes of each.</param>
internal sealed class FeedSegment(DocumentId document, Revision first, ReadOnlyMemory<byte>[] encoded)
{
    private ServerMessage? _message;

    /// <param name="operations">Consecutive, one at least.</param>
    public FeedSegment(DocumentId document, ReadOnlySpan<CommittedOperation> operations)
        : this(document, operations[0].Revision, Encoded(operations))
    {
    }

    /// <summary>What is sent of it. Made when it is asked for; from any thread.</summary>
    public ServerMessage Message => _message ??= ServerMessages.Operations(document, first, encoded);

    public Revision First => first;

    public Revision Last => first + (encoded.Length - 1);

    public ReadOnlySpan<ReadOnlyMemory<byte>> Operations => encoded;

    /// <summary>What of it comes after <paramref name="revision"/>, which lies within it. Rare: a connection that came up in the middle of a push.</summary>
    public FeedSegment After(Revision revision) => new(document, revision.Next, encoded[(int)(revision - first + 1)..]);

    private static ReadOnlyMemory<byte>[] Encoded(ReadOnlySpan<CommittedOperation> operations)
    {
        var encoded = new ReadOnlyMemory<byte>[operations.Length];
        for (int i = 0; i < encoded.Length; i++)
            encoded[i] = operations[i].Encoded;
        return encoded;
    }
}
