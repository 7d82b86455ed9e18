using System.Collections.Immutable;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Web.Messages;

namespace Collab.Web.Delivery;

/// <summary>Consecutive operations of a document, encoded once for all connections.</summary>
internal sealed class FeedSegment(DocumentId document, ImmutableArray<CommittedOperation> operations)
{
    public ServerMessage Message { get; } = ServerMessages.Operations(document, operations.AsSpan());

    public Revision First => operations[0].Revision;

    public Revision Last => operations[^1].Revision;

    public int Count => operations.Length;

    /// <summary>What of it comes after <paramref name="revision"/>, which lies within it. Rare: a connection that came up in the middle of a push.</summary>
    public FeedSegment After(Revision revision) => new(document, operations[(int)(revision - First + 1)..]);
}
