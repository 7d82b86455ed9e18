using System.Collections.Immutable;
using Collab.Contracts.Access;

namespace Collab.Grains.Access;

/// <summary>Who may do what, for the life of one process. Keeps the same rules as the durable ones.</summary>
public sealed class MemoryAccessStore : IAccessStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<DocumentId, SortedDictionary<string, Role>> _grants = [];
    private readonly Dictionary<(short Kind, string Name), Revocation> _revocations = [];

    public string Store => "memory";

    public ValueTask<ImmutableArray<Grant>> ListGrantsAsync(DocumentId document, CancellationToken cancellation)
    {
        lock (_lock)
            return ValueTask.FromResult<ImmutableArray<Grant>>(_grants.TryGetValue(document, out var its) ? [.. its.Select(grant => new Grant(grant.Key, grant.Value))] : []);
    }

    public ValueTask<ImmutableArray<Role?>> FindGrantsAsync(string subject, IReadOnlyList<DocumentId> documents, CancellationToken cancellation)
    {
        lock (_lock)
            return ValueTask.FromResult<ImmutableArray<Role?>>([.. documents.Select(document => _grants.TryGetValue(document, out var its) && its.TryGetValue(subject, out var role) ? role : (Role?)null)]);
    }

    public ValueTask<bool> SetGrantAsync(DocumentId document, Grant grant, int limit, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (!_grants.TryGetValue(document, out var its))
                _grants.Add(document, its = new(StringComparer.Ordinal));
            if (its.Count >= limit && !its.ContainsKey(grant.Subject))
                return ValueTask.FromResult(false);
            its[grant.Subject] = grant.Role;
            return ValueTask.FromResult(true);
        }
    }

    public ValueTask<bool> RemoveGrantAsync(DocumentId document, string subject, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (!_grants.TryGetValue(document, out var its) || !its.Remove(subject))
                return ValueTask.FromResult(false);
            if (its.Count == 0)
                _grants.Remove(document);
            return ValueTask.FromResult(true);
        }
    }

    public ValueTask<ImmutableArray<Revocation>> ListRevocationsAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        lock (_lock)
            return ValueTask.FromResult<ImmutableArray<Revocation>>([.. _revocations.Values.Where(revocation => revocation.Until > now)]);
    }

    public ValueTask<bool> AddRevocationAsync(Revocation revocation, int limit, CancellationToken cancellation)
    {
        var key = (AccessRows.KindOf(revocation), AccessRows.NameOf(revocation));
        lock (_lock)
        {
            if (_revocations.TryGetValue(key, out var there))
                revocation = revocation with { IssuedBefore = Later(revocation.IssuedBefore, there.IssuedBefore), Until = Later(revocation.Until, there.Until) };
            else if (_revocations.Count >= limit)
                return ValueTask.FromResult(false);
            _revocations[key] = revocation;
            return ValueTask.FromResult(true);
        }

        static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
    }

    public ValueTask<int> TrimRevocationsAsync(DateTimeOffset now, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        lock (_lock)
            return ValueTask.FromResult(_revocations.Where(entry => entry.Value.Until <= now).Take(limit).Select(entry => entry.Key).ToList().Count(_revocations.Remove));
    }
}
