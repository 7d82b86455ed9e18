using Collab.Contracts.Access;
using Collab.Web.Connections;
using Prometheus;

namespace Collab.Web.Security;

/// <summary>Makes this host go by what has changed about who may do what: forgets what it knew, asks again for each stay that is concerned, and ends what may not go on.</summary>
internal sealed class LocalAccess(RoleCache cache, RevokedCredentials revoked, LocalConnections connections, StayRoles roles)
{
    // More at once would only queue up in front of what people wait for.
    private const int AskingAtOnce = 32;

    private static readonly Counter Changes = Metrics.CreateCounter(
        "collab_access_changes_total", "Changes of who may do what that this host went by.", "kind");

    private static readonly Counter.Child Permissions = Changes.WithLabels("permission");
    private static readonly Counter.Child Revocations = Changes.WithLabels("revocation");
    private static readonly Counter.Child Everything = Changes.WithLabels("everything");

    /// <summary>What these concern is asked for again. By the time that it returns nobody who comes is answered from before; open stays follow.</summary>
    public void Apply(IReadOnlyCollection<AccessChange> changes)
    {
        if (changes.Count == 0)
            return;
        Permissions.Inc(changes.Count);
        Ask(changes);
    }

    /// <summary>Credentials that are good no more: whoever is here by one of them has to authenticate anew.</summary>
    public void Apply(IReadOnlyCollection<Revocation> revocations)
    {
        if (revocations.Count == 0)
            return;
        Revocations.Inc(revocations.Count);
        revoked.Add(revocations);
        JudgeCallers();
    }

    /// <summary>Something may have been missed.</summary>
    /// <param name="revocations">All that are known elsewhere.</param>
    public void ApplyEverything(IReadOnlyCollection<Revocation> revocations)
    {
        Everything.Inc();
        revoked.Add(revocations);
        JudgeCallers();
        Ask([new AccessChange(null, null)]);
    }

    /// <summary>Some credential may be good no more: an API key that is configured no longer.</summary>
    public void JudgeCallers()
    {
        foreach (var connection in connections.All)
            connection.Caller.Judge();
    }

    private void Ask(IReadOnlyCollection<AccessChange> changes)
    {
        cache.Forget(changes);
        var concerned = connections.Stays.Where(stay => changes.Any(change =>
            (change.Document is not { } document || document == stay.Document) && (change.Subject is null || change.Subject == stay.Connection.Caller.Subject))).ToList();
        if (concerned.Count > 0)
            _ = Parallel.ForEachAsync(concerned, new ParallelOptions { MaxDegreeOfParallelism = AskingAtOnce }, async (stay, _) => await roles.AskAgainAsync(stay));
    }
}
