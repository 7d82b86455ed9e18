using Collab.Contracts.Documents;
using Orleans.Concurrency;

namespace Collab.Contracts.Sessions;

/// <summary>Control of one session, apart from its data: join, resume, leave, expiry, close. Its key is the <see cref="SessionId"/>. A keystroke never comes here.</summary>
[Alias("collab.ISessionGrain")]
public interface ISessionGrain : IGrainWithStringKey
{
    /// <summary>Enters the document, or comes back to it. A stay that another connection still has ends there with <see cref="SessionCloseReason.Superseded"/>.</summary>
    [Alias("Join")]
    Task<JoinOutcome> Join(JoinRequest request);

    /// <summary>
    /// Gives the stay that <paramref name="connection"/> has another lease, because the document's authority that gave the first is gone. Refused as <c>not_admitted</c> if the session is not known to be on that
    /// connection any more: then only the client may come back, with its token.
    /// </summary>
    [Alias("Readmit")]
    Task<Admission> Readmit(string connection);

    /// <summary>The connection left (normal close) or was lost (transport failed): in the latter case the session waits for its grace period (60 s) before it closes.</summary>
    /// <param name="connection">The connection that it was; a late word from an older one changes nothing.</param>
    [Alias("Leave")]
    Task Leave(string connection, SessionCloseReason reason);

    /// <summary>Ends the stay from outside: kick, revocation.</summary>
    [Alias("Close")]
    Task Close(SessionCloseReason reason);

    /// <summary>The session while it is open; null if it is not, or if its grain was lost and its host has not said so yet (<see cref="Keep"/>).</summary>
    [Alias("Describe"), AlwaysInterleave]
    Task<SessionDescription?> Describe();

    /// <summary>What the session's client last measured of its connection, which its host knows; null where there is no connection, or nothing was measured yet.</summary>
    [Alias("Sample"), AlwaysInterleave]
    Task<ConnectionSample?> Sample();

    /// <summary>
    /// Its host says, once a minute, that the stay goes on. Where the session's grain was lost with its silo, the new one learns of the session by this, if its lease still holds; and the host learns of
    /// a stay that is over, if the word of that was lost.
    /// </summary>
    [Alias("Keep")]
    Task<StayStanding> Keep(KeptStay kept);
}
