using System.Collections.Immutable;
using Collab.Contracts.Access;

namespace Collab.Web.Security;

/// <summary>All that is revoked in the cluster, in this host's memory: to be asked at each authentication, without waiting.</summary>
internal sealed class RevokedCredentials(ApiKeys keys, TimeProvider time)
{
    private ImmutableDictionary<string, Revocation> _tokens = ImmutableDictionary.Create<string, Revocation>(StringComparer.Ordinal);
    private ImmutableDictionary<string, Revocation> _subjects = ImmutableDictionary.Create<string, Revocation>(StringComparer.Ordinal);

    /// <summary>Whether the credential that <paramref name="caller"/> showed is revoked, as an API key is that was taken out of the configuration. One that does not say when it was issued is taken for an old one.</summary>
    public bool IsRevoked(Caller caller) => !keys.Holds(caller)
        || (caller.TokenId is { } id && _tokens.TryGetValue(id, out var token) && IsOn(token))
        || (caller.Subject is { } subject && _subjects.TryGetValue(subject, out var all) && IsOn(all) && !(caller.IssuedAt >= all.IssuedBefore));

    /// <summary>Learns of new ones. Of one subject the later reaches as far as the earlier: so says who sends them.</summary>
    public void Add(IEnumerable<Revocation> revocations) => Set(_tokens, _subjects, revocations);

    /// <summary>Learns of all there are.</summary>
    public void Replace(IEnumerable<Revocation> revocations) => Set(_tokens.Clear(), _subjects.Clear(), revocations);

    private bool IsOn(Revocation revocation) => revocation.Until > time.GetUtcNow();

    private void Set(ImmutableDictionary<string, Revocation> tokens, ImmutableDictionary<string, Revocation> subjects, IEnumerable<Revocation> revocations)
    {
        // A subject that is over is replaced when it is revoked anew; the rest goes with the next answer that holds all.
        foreach (var revocation in revocations)
        {
            if (revocation.TokenId is { } id)
                tokens = tokens.SetItem(id, revocation);
            else
                subjects = subjects.SetItem(revocation.Subject!, revocation);
        }

        (_tokens, _subjects) = (tokens, subjects);
    }
}
