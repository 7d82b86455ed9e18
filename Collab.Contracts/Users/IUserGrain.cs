using Collab.Contracts.Refusals;

namespace Collab.Contracts.Users;

/// <summary>
/// The sessions that one subject has, on whichever host; its key is the subject. In memory only: one that was lost hears of the sessions again within a minute, as each says once a minute that it is there. Anonymous
/// callers have none.
/// </summary>
[Alias("collab.IUserGrain")]
public interface IUserGrain : IGrainWithStringKey
{
    /// <summary>A session opens or comes back.</summary>
    /// <returns>The refusal if the subject is in too many documents already; null if not.</returns>
    [Alias("Enter")]
    Task<Refusal?> Enter(SessionId session, DocumentId document);

    /// <summary>A session is still there.</summary>
    [Alias("Renew")]
    Task Renew(SessionId session, DocumentId document);

    [Alias("Leave")]
    Task Leave(SessionId session);
}
