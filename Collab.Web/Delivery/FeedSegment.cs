using System.Collections.Immutable;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Web.Messages;

namespace Collab.Web.Delivery;

/// <summary>Consecutive operations of a document, encoded once for all connections.</summary>
internal sealed class FeedSegment(DocumentId document, ImmutableArray<CommittedOperation> operations)
{
    private ServerMessage? _message;

    /// <summary>What is sent of it. Made when it is asked for; from any thread.</summary>
    public ServerMessage Message => _message ??= ServerMessages.Operations(document, operations.AsSpan());

    public Revision First => operations[0].Revision;

    public Revision Last => operations[^1].Revision;

    /// <summary>
    /// Lets go of the message: it is on its way to all who are here. As long as the segment is kept, it would be as much again as the operations, which the document's window has anyway, and
    /// more than half of what an operation leaves behind for collections of garbage to carry along. For who comes up later, which is rare, it is made again, and then stays.
    /// </summary>
    public void LetMessageGo() => _message = null;

    public int Count => operations.Length;

    /// <summary>What of it comes after <paramref name="revision"/>, which lies within it. Rare: a connection that came up in the middle of a push.</summary>
    public FeedSegment After(Revision revision) => new(document, operations[(int)(revision - First + 1)..]);
}
