using System.Collections.Concurrent;
using Collab.Contracts.Access;
using Prometheus;

namespace Collab.Web.Security;

/// <summary>All that is revoked in the cluster, in this host's memory: to be asked at each authentication, without waiting.</summary>
internal sealed class RevokedCredentials(ApiKeys keys, TimeProvider time)
{
    private static readonly Gauge Known = Metrics.CreateGauge("collab_access_revocations", "Tokens and subjects that this host knows to be revoked.");

    // How often those that are over are looked for: to go through all of them at each new one would cost too much when many come at once.
    private static readonly TimeSpan PrunePeriod = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Revocation> _tokens = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Revocation> _subjects = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private long _prunedAt = time.GetTimestamp();

    public int Count => _tokens.Count + _subjects.Count;

    /// <summary>Whether the credential that <paramref name="caller"/> showed is revoked, as an API key is that was taken out of the configuration. One that does not say when it was issued is taken for an old one.</summary>
    public bool IsRevoked(Caller caller) => !keys.Holds(caller)
        || (caller.TokenId is { } id && _tokens.TryGetValue(id, out var token) && !IsOver(token))
        || (caller.Subject is { } subject && _subjects.TryGetValue(subject, out var all) && !IsOver(all) && !(caller.IssuedAt >= all.IssuedBefore));

    /// <summary>Learns of revocations, those that are known already included. None is ever taken back, only over.</summary>
    public void Add(IEnumerable<Revocation> revocations)
    {
        foreach (var revocation in revocations)
        {
            var known = revocation.TokenId is null ? _subjects : _tokens;
            known.AddOrUpdate(revocation.TokenId ?? revocation.Subject!, static (_, added) => added, Further, revocation);
        }

        PruneNowAndThen();
        Known.Set(Count);

        // Which of two comes first is chance: both hold.
        Revocation Further(string name, Revocation there, Revocation added) => IsOver(there) ? added : added with
        {
            IssuedBefore = added.IssuedBefore > there.IssuedBefore ? added.IssuedBefore : there.IssuedBefore,
            Until = added.Until > there.Until ? added.Until : there.Until,
        };
    }

    private void PruneNowAndThen()
    {
        lock (_gate)
        {
            if (time.GetElapsedTime(_prunedAt) < PrunePeriod)
                return;
            _prunedAt = time.GetTimestamp();
        }

        Prune(_tokens);
        Prune(_subjects);
    }

    private bool IsOver(Revocation revocation) => revocation.Until <= time.GetUtcNow();

    private void Prune(ConcurrentDictionary<string, Revocation> revocations)
    {
        foreach (var entry in revocations)
        {
            if (IsOver(entry.Value))
                revocations.TryRemove(entry);
        }
    }
}
