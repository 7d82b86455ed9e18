using Collab.Contracts;
using Collab.Contracts.Access;
using Collab.Contracts.Refusals;
using Collab.Web.Cluster;

namespace Collab.Web.Security;

/// <summary>Says on the whole cluster what has changed about who may do what, and goes by it here before it says that it is done.</summary>
internal sealed class ClusterAccess(ClusterCalls cluster, LocalAccess local, RevokedCredentials revoked, AccessSettings settings, TimeProvider time) : IAccessChanges, IRevocations
{
    // Hosts' clocks differ by a little.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    public bool IsRevoked(Caller caller) => revoked.IsRevoked(caller);

    public async Task<Refusal?> RevokeAsync(string? tokenId, string? subject)
    {
        var now = time.GetUtcNow();
        var revocation = new Revocation(tokenId, subject, now, now + settings.Current.TokenLifetimeLimit + Margin);
        if (await cluster.AccessChanges.Revoke(revocation) is { } refusal)
            return refusal;
        local.Apply([revocation]);
        // Tokens say in whole seconds when they were issued, so those of this second are taken for older ones. Whoever asks for one after this answer is to get one that holds.
        if (subject is not null)
            await Task.Delay(TimeSpan.FromTicks(TimeSpan.TicksPerSecond - (now.Ticks % TimeSpan.TicksPerSecond)), time);
        return null;
    }

    public async Task ChangedAsync(DocumentId? document, string? subject)
    {
        var change = new AccessChange(document, subject);
        await cluster.AccessChanges.Publish(change);
        local.Apply([change]);
    }
}
