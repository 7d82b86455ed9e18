namespace Collab.Contracts.Sessions;

/// <summary>Why a stay ended: protocol word (snake case) and metric label.</summary>
[GenerateSerializer, Alias("collab.SessionCloseReason")]
public enum SessionCloseReason
{
    NormalClose,
    InactiveTimeout,
    TransportFailed,
    Superseded,
    Kicked,
    PermissionRevoked,
    ServerShutdown,
    TokenExpired,
}
