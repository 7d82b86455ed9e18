namespace Collab.Observability;

/// <summary>Everything that is limited, one member for each row of <c>docs/limits.md</c>; in snake case the label of <c>collab_limit_refusals_total</c>.</summary>
public enum Limit
{
    MessageBytes,
    OperationBytes,
    OperationComponents,
    OperationDepth,
    DocumentLength,
    PresenceStateBytes,
    PresenceStateDepth,
    PresenceRate,
    DocumentsPerConnection,
    SessionsPerDocument,
    Connections,
    ConnectionsPerAddress,
    ConnectionsPerUser,
    SubmissionsPerSession,
    SessionOperations,
    DocumentOperations,
    ConnectionRequests,
    ConnectionMessages,
    ConnectionBytes,
    UncommittedBytes,
    LogQueueBytes,
    OutboxBytes,
    SnapshotBytesInFlight,
    ActiveDocuments,
    PastReads,
    RestRequests,
    RestRequestsAtOnce,
    ClusterCalls,
}
