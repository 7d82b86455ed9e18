namespace Collab.Grains.Sessions;

/// <summary>What a resume token says.</summary>
/// <param name="Subject">Whose it is, as <see cref="ResumeTokens.Fingerprint"/>; null for an anonymous caller's.</param>
/// <param name="Number">Rises from token to token of one session, also across lives of its grain: it is the time of issue.</param>
public sealed record ResumeToken(SessionId Session, DocumentId Document, string? Subject, long Number, DateTimeOffset ExpiresAt)
{
    /// <summary>It was issued by the version before, which bound tokens to nobody: whoever has it comes back, as before.</summary>
    public bool IsAnybodys { get; init; }
}
