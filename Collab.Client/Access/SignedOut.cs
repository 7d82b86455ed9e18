namespace Collab.Client.Access;

/// <summary>There is no token that the server takes. What was edited is kept, and sent when there is one.</summary>
/// <param name="Reason">The error code of what the server said last; null if it was not asked.</param>
/// <param name="Detail">A sentence for developers.</param>
public sealed record SignedOut(string? Reason, string Detail);
