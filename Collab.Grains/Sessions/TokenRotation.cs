using Collab.Contracts.Refusals;

namespace Collab.Grains.Sessions;

/// <summary>What a resume token is worth to a session.</summary>
internal enum TokenVerdict
{
    Good,

    /// <summary>Forged, or of another session or document.</summary>
    Foreign,

    /// <summary>This session's, in the hands of another caller.</summary>
    NotTheirs,

    /// <summary>One that was issued later has been used.</summary>
    UsedUp,

    /// <summary>It was good.</summary>
    Expired,
}

/// <summary>
/// Which tokens of one open session bring it back: the one used last, for the answer to that use may have been lost on the way, and whatever was issued later. As soon as one of those is used, the one before is used up.
/// </summary>
/// <remarks>In memory: a session that is not open, or whose grain was lost, comes back with any of its tokens that has not expired.</remarks>
internal sealed class TokenRotation(TimeProvider clock)
{
    private long _used;
    private long _issued;

    public TokenVerdict Judge(ResumeToken? token, SessionId session, DocumentId document, string? subject) => token switch
    {
        null => TokenVerdict.Foreign,
        _ when token.Session != session || token.Document != document => TokenVerdict.Foreign,
        { IsAnybodys: false } when token.Subject != ResumeTokens.Fingerprint(subject) => TokenVerdict.NotTheirs,
        _ when token.Number < _used => TokenVerdict.UsedUp,
        _ => token.ExpiresAt <= clock.GetUtcNow() ? TokenVerdict.Expired : TokenVerdict.Good,
    };

    /// <param name="token">What the session came back with; null if it is new.</param>
    /// <returns>The number of the next token.</returns>
    public long Use(ResumeToken? token)
    {
        _used = Math.Max(_used, token?.Number ?? 0);
        // A life of the grain that knows nothing of those before issues later numbers than they did.
        return _issued = Math.Max(_issued + 1, clock.GetUtcNow().ToUnixTimeMilliseconds());
    }

    /// <summary>What is said to whoever is turned away.</summary>
    public static Refusal Refuse(TokenVerdict verdict, SessionId session) => new(RefusalReason.TokenInvalid, verdict switch
    {
        TokenVerdict.UsedUp => $"The resume token of session {session} is used up: one that was issued later has been used.",
        TokenVerdict.Expired => $"The resume token of session {session} has expired (Collab:Sessions:ResumeTokenLifetime).",
        _ => $"The resume token is not this caller's for session {session} in this document.",
    });
}
