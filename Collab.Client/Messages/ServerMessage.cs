using Collab.Client.Access;
using Collab.Client.Documents;
using Collab.Client.Presence;
using Collab.Operations;

namespace Collab.Client.Messages;

/// <summary>What the server says about one document; the section "Server to client" of <c>docs/protocol.md</c>.</summary>
internal abstract record ServerMessage(string? Document)
{
    /// <param name="Revision">The head when the session was admitted; operations lead there.</param>
    /// <param name="AppliedSequence">The newest sequence of this session that the log has, 0 for none.</param>
    /// <param name="AppliedRevision">The operation which that is.</param>
    public sealed record Joined(
        string Document,
        string Session,
        string Token,
        long Epoch,
        IDocumentKind Kind,
        string Policy,
        string Title,
        long Revision,
        long AppliedSequence,
        long AppliedRevision,
        Snapshot? Snapshot,
        IReadOnlyList<PresenceUpdate> Presence,
        Limits Limits) : ServerMessage(Document)
    {
        /// <summary>Null from a server that names no roles.</summary>
        public DocumentRole? Role { get; init; }

        /// <summary>Who the person is to the server; null for somebody anonymous.</summary>
        public string? Subject { get; init; }

        /// <summary>How many sessions are here, this one included, where <see cref="Presence"/> does not name them all.</summary>
        public int? Count { get; init; }
    }

    /// <param name="List">Consecutive, each with its own revision.</param>
    public sealed record Operations(string Document, IReadOnlyList<Operation> List) : ServerMessage(Document);

    public sealed record Acknowledged(string Document, long Sequence, long Revision) : ServerMessage(Document);

    /// <param name="Verb">The hub method that was not done, or what the server calls the trouble when it speaks up by itself.</param>
    public sealed record Refused(string? Document, string Verb, long? Sequence, Refusal Refusal) : ServerMessage(Document);

    /// <param name="Left">Sessions that are gone.</param>
    public sealed record Presences(string Document, IReadOnlyList<PresenceUpdate> Updates, IReadOnlyList<string> Left) : ServerMessage(Document)
    {
        /// <summary>How many sessions are here, this one included.</summary>
        public int? Count { get; init; }
    }

    public sealed record Closed(string Document, string Reason, RefusalAction Action) : ServerMessage(Document);

    /// <summary>What the person may do has changed.</summary>
    public sealed record RoleChanged(string Document, DocumentRole Role) : ServerMessage(Document);

    /// <summary>The answer to <c>quality</c>: its clock, and the server's.</summary>
    public sealed record Measured(string Document, double Sent, long At) : ServerMessage(Document);
}

/// <summary>Content at a revision.</summary>
internal sealed record Snapshot(long Revision, IContent Content);

/// <summary>What the server takes at most.</summary>
/// <param name="MessageBytes">UTF-8 bytes of one message.</param>
/// <param name="OperationBytes">UTF-8 bytes of one delta.</param>
/// <param name="DocumentLength">Length of a document, UTF-16 code units.</param>
internal sealed record Limits(int MessageBytes, int OperationBytes, int DocumentLength);
