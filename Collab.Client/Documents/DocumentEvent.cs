using Collab.Client.Access;
using Collab.Operations;

namespace Collab.Client.Documents;

/// <summary>Something that happened to a document, in the order in which it happened.</summary>
public abstract record DocumentEvent
{
    private DocumentEvent()
    {
    }

    /// <summary>The content is here for the first time.</summary>
    public sealed record Loaded(IContent Content) : DocumentEvent;

    /// <summary>The content changed; whoever shows it applies <paramref name="Delta"/> to what it shows.</summary>
    /// <param name="Delta">Based on the content before, pending edits included.</param>
    /// <param name="Content">The content after it.</param>
    /// <param name="Operation">The operation that did it, where one did.</param>
    public sealed record Changed(IDelta Delta, IContent Content, ChangeOrigin Origin, Operation? Operation = null) : DocumentEvent;

    /// <summary>Edits made here went out, composed into one operation. Sent again it is not told again, unless as another operation.</summary>
    /// <param name="FirstEdit">The first of the edits in it, counted from 1 over all that were made here.</param>
    /// <param name="LastEdit">The last of them.</param>
    public sealed record Submitted(string Session, long Sequence, long FirstEdit, long LastEdit) : DocumentEvent;

    /// <summary>An operation of this session is durable. When <paramref name="IsSaved"/>, nothing else waits.</summary>
    public sealed record Acknowledged(Operation? Operation, bool IsSaved) : DocumentEvent;

    /// <summary>The server refused an edit for good; it has been taken back. The person has to be told.</summary>
    public sealed record EditRefused(Refusal Refusal) : DocumentEvent;

    /// <summary>Others came, went or moved.</summary>
    public sealed record PresenceChanged : DocumentEvent
    {
        public static PresenceChanged Instance { get; } = new();
    }

    public sealed record PhaseChanged(DocumentPhase Phase) : DocumentEvent;

    /// <summary>What the person may do here has changed.</summary>
    /// <param name="Role">Null from a server that names no roles.</param>
    public sealed record RoleChanged(DocumentRole? Role) : DocumentEvent;

    /// <summary>From now on there are pending edits that are going nowhere, or none any more; see <see cref="CollabDocument.Held"/>.</summary>
    public sealed record HeldChanged(bool IsHeld) : DocumentEvent;

    /// <summary>This replica's content was not the document's. It is being replaced, pending edits are kept. A bug in somebody's algebra.</summary>
    public sealed record Diverged(string Detail) : DocumentEvent;

    /// <summary>The stay is over for good.</summary>
    /// <param name="Reason">An error code or close reason of the protocol; <c>left</c> when it was this side's wish. What was not saved is <see cref="CollabDocument.Held"/>.</param>
    public sealed record Closed(string Reason, string Detail) : DocumentEvent;
}

/// <summary>Who changed the content.</summary>
public enum ChangeOrigin
{
    /// <summary>An edit made here.</summary>
    Local,

    /// <summary>An operation of another session.</summary>
    Remote,

    /// <summary>An edit made here was refused and taken back.</summary>
    Undone,

    /// <summary>A snapshot took the place of operations that are too many, or of content that had diverged.</summary>
    Resynchronized,
}
