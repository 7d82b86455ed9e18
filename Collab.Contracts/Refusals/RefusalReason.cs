namespace Collab.Contracts.Refusals;

/// <summary>
/// Why something was not done: the protocol's error codes and the metric's label values, one closed list.
/// New ones go to the end, whatever their group: the numbers travel between versions.
/// What each means stands in <c>docs/protocol.md</c>; how a client reacts in <see cref="RefusalReasons.Action"/>.
/// </summary>
[GenerateSerializer, Alias("collab.RefusalReason")]
public enum RefusalReason
{
    // Retry: the same again, later.
    StorageUnavailable,
    Timeout,
    Overloaded,
    ServerShutdown,

    // Resync: join again with the resume token, then resubmit.
    NotAdmitted,
    NotJoined,
    RevisionUnavailable,
    RevisionAhead,
    LengthMismatch,
    ContentMismatch,
    SlowConsumer,

    // Give up: the request is wrong, or not allowed.
    Malformed,
    UnsupportedVersion,
    MessageTooLarge,
    OperationTooLarge,
    DocumentTooLong,
    TooManyDocuments,
    TooManySessions,
    SequenceReused,
    SequenceStale,
    Conflict,
    DocumentNotFound,
    DocumentExists,
    TokenInvalid,
    DocumentDamaged,

    // Retry, too.
    RateLimited,
    TooManyConnections,

    // Authenticate: get a token, present it, then resync.
    Unauthenticated,

    // Give up.
    Forbidden,
    TooManyGrants,
}
