namespace Collab.Contracts.Activity;

/// <summary>What happened to a document: word (snake case) of the API, of webhooks and of metrics. Keystrokes are no activity; they are in the document's own log.</summary>
[GenerateSerializer, Alias("collab.ActivityKind")]
public enum ActivityKind
{
    /// <summary>The document came into being.</summary>
    DocumentCreated,

    /// <summary>The first session entered a document that nobody was in.</summary>
    DocumentOpened,

    /// <summary>The last session left.</summary>
    DocumentClosed,

    /// <summary>A snapshot of the document at <see cref="ActivityEvent.Revision"/> is durable.</summary>
    Checkpoint,

    /// <summary>Many conflicts within a short time; one event for each burst, when it is over.</summary>
    ConflictBurst,

    SessionJoined,

    SessionClosed,
}
