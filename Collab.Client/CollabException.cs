namespace Collab.Client;

/// <summary>The server refused for good, or ended the stay.</summary>
/// <param name="reason">The error code or close reason of <c>docs/protocol.md</c>, for example <c>document_not_found</c>; <c>left</c> when this side closed the document.</param>
/// <param name="detail">A sentence for developers that names the value seen and the limit.</param>
public sealed class CollabException(string reason, string detail) : Exception($"{reason}: {detail}")
{
    public string Reason { get; } = reason;
}
