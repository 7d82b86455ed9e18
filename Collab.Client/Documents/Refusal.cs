namespace Collab.Client.Documents;

/// <summary>The server said no.</summary>
/// <param name="Reason">The error code of <c>docs/protocol.md</c>, for example <c>document_too_long</c>.</param>
/// <param name="Action">What the client does about it, by itself.</param>
/// <param name="Detail">A sentence for developers that names the value seen and the limit.</param>
/// <param name="RetryAfter">When a retry has a chance, where the server knows.</param>
/// <param name="Conflicts">Under the policy <c>strict</c>: what the operation ran into.</param>
public sealed record Refusal(
    string Reason, RefusalAction Action, string Detail, TimeSpan? RetryAfter = null, IReadOnlyList<Conflict>? Conflicts = null);

/// <summary>How a client reacts to a refusal.</summary>
public enum RefusalAction
{
    /// <summary>The same again, later.</summary>
    Retry,

    /// <summary>Join again with the session's token, then resubmit.</summary>
    Resync,

    /// <summary>The request is wrong or not allowed, and always will be.</summary>
    GiveUp,

    /// <summary>Get a token, say who one is, then join again.</summary>
    Authenticate,
}
