using Collab.Contracts;
using Collab.Contracts.Access;
using Collab.Contracts.Refusals;
using Collab.Web.Quality;

namespace Collab.Web.Messages;

// What clients say, one type for each verb of docs/protocol.md. Only ClientMessageReader makes them, so they are well-formed.

/// <summary>What a client said.</summary>
internal abstract record ClientMessage
{
    /// <summary>Of its frame, as it came.</summary>
    public int Bytes { get; set; }
}

/// <summary>A verb about one document: says what it takes, and nobody gets by without it.</summary>
internal interface IDocumentMessage
{
    /// <summary>The target.</summary>
    static abstract string Verb { get; }

    /// <summary>The least role that may do it.</summary>
    static abstract Role Takes { get; }

    DocumentId Document { get; }
}

/// <summary>Says who is behind the connection.</summary>
internal sealed record AuthenticateMessage(string Token) : ClientMessage
{
    // The framework writes messages into its trace.
    public override string ToString() => nameof(AuthenticateMessage);
}

/// <summary>Enters a document, or comes back to it.</summary>
/// <param name="Name">Empty if the client named none.</param>
/// <param name="Color"><c>#rrggbb</c>, empty if the client named none.</param>
/// <param name="ResumeSession">The session that goes on, with <paramref name="ResumeToken"/>; both or neither.</param>
/// <param name="Revision">The revision whose content the client has.</param>
internal sealed record JoinMessage(
    DocumentId Document, long Version, string Name, string Color, SessionId? ResumeSession, string? ResumeToken, Revision? Revision) : ClientMessage, IDocumentMessage
{
    public static string Verb => "join";

    public static Role Takes => Role.Viewer;

    public override string ToString() => $"{nameof(JoinMessage)} {Document}";
}

/// <summary>An operation. A commenter's may be no more than a comment; the document's authority looks at that.</summary>
/// <param name="Delta">The JSON as it came, UTF-8, a copy of its own: hosts don't look inside.</param>
internal sealed record SubmitMessage(DocumentId Document, long Sequence, Revision Base, ReadOnlyMemory<byte> Delta) : ClientMessage, IDocumentMessage
{
    public static string Verb => "submit";

    public static Role Takes => Role.Commenter;
}

internal sealed record ReadMessage(DocumentId Document, Revision From) : ClientMessage, IDocumentMessage
{
    public static string Verb => "read";

    public static Role Takes => Role.Viewer;
}

/// <param name="State">The JSON object as it came, empty for null.</param>
internal sealed record PresenceMessage(DocumentId Document, Revision Revision, ReadOnlyMemory<byte> State) : ClientMessage, IDocumentMessage
{
    public static string Verb => "presence";

    public static Role Takes => Role.Viewer;
}

internal sealed record CheckMessage(DocumentId Document, Revision Revision, uint Hash) : ClientMessage, IDocumentMessage
{
    public static string Verb => "check";

    public static Role Takes => Role.Viewer;
}

/// <summary>What a client measured of its connection.</summary>
/// <param name="Sent">When, by the client's clock; it gets it back.</param>
internal sealed record QualityMessage(DocumentId Document, double Sent, QualityReport Report) : ClientMessage, IDocumentMessage
{
    public static string Verb => "quality";

    public static Role Takes => Role.Viewer;
}

/// <summary>Takes nothing: whoever may not be there any more may go.</summary>
internal sealed record LeaveMessage(DocumentId Document) : ClientMessage, IDocumentMessage
{
    public static string Verb => "leave";

    public static Role Takes => Role.None;
}

/// <summary>What a message becomes that can't be a verb: the answer to it.</summary>
/// <param name="Document">As far as it could be told.</param>
/// <param name="Verb">The target, or <c>?</c> where none could be told.</param>
internal sealed record RefusedMessage(DocumentId? Document, string Verb, long? Sequence, Refusal Refusal) : ClientMessage;
