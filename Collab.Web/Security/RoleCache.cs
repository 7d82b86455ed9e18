using Collab.Contracts;
using Collab.Contracts.Access;
using Collab.Observability;
using Microsoft.Extensions.Options;

namespace Collab.Web.Security;

/// <summary>
/// Roles that somebody had to be asked for, for a while: until a change is told, until they are <see cref="PermissionOptions.CacheLifetime"/> old, or until there is no more room. An answer that was asked for before a change is not
/// kept: it may be of before.
/// </summary>
internal sealed class RoleCache(IOptions<CollabOptions> options, TimeProvider time)
{
    private static readonly CacheMetrics Metrics = new("permissions");

    // The entry itself, its places in dictionary and budget; measured, 330 bytes.
    private const int EntryBytes = 350;

    private readonly Lock _gate = new();
    private readonly Dictionary<DocumentId, Dictionary<string, Kept>> _documents = [];
    private readonly CacheBudget _budget = new(Metrics, options.Value.Permissions.CacheBytesLimit);
    private readonly TimeSpan _lifetime = options.Value.Permissions.CacheLifetime;
    private long _changes;

    /// <summary>How many changes there were: goes with what is asked for now to <see cref="Keep"/>.</summary>
    public long Changes => Volatile.Read(ref _changes);

    public bool TryFind(Caller caller, DocumentId document, out Role role)
    {
        Kept? kept;
        lock (_gate)
        {
            if (!_documents.TryGetValue(document, out var callers) || !callers.TryGetValue(caller.ClaimsKey, out kept))
                kept = null;
        }

        role = kept?.Role ?? Role.None;
        if (kept is null || time.GetElapsedTime(kept.At) >= _lifetime)
            return false;
        Metrics.Hits.Inc();
        _budget.Touch(kept.Entry);
        return true;
    }

    /// <param name="askedAt">What <see cref="Changes"/> was before it was asked for.</param>
    public void Keep(Caller caller, DocumentId document, Role role, long askedAt)
    {
        Metrics.Misses.Inc();
        string key = caller.ClaimsKey;
        var kept = new Kept(this, document, key, caller.Subject, role, time.GetTimestamp());
        Kept? before = null;
        lock (_gate)
        {
            if (askedAt != _changes)
                return;
            if (!_documents.TryGetValue(document, out var callers))
                _documents.Add(document, callers = []);
            callers.TryGetValue(key, out before);
            callers[key] = kept;
        }

        if (before is not null)
            _budget.Remove(before.Entry);
        _budget.Add(kept.Entry, EntryBytes + (2L * (document.Value.Length + key.Length)));
    }

    /// <summary>Forgets what a change concerns.</summary>
    public void Forget(IReadOnlyCollection<AccessChange> changes)
    {
        var gone = new List<Kept>();
        lock (_gate)
        {
            _changes++;
            foreach (var change in changes)
            {
                var concerned = change.Document is { } document ? _documents.GetValueOrDefault(document)?.Values ?? Enumerable.Empty<Kept>() : _documents.Values.SelectMany(callers => callers.Values);
                gone.AddRange(concerned.Where(kept => change.Subject is null || kept.Subject == change.Subject));
            }

            gone.ForEach(Unlink);
        }

        gone.ForEach(kept => _budget.Remove(kept.Entry));
    }

    private void Drop(Kept kept)
    {
        lock (_gate)
            Unlink(kept);
    }

    private void Unlink(Kept kept)
    {
        if (!_documents.TryGetValue(kept.Document, out var callers) || callers.GetValueOrDefault(kept.Key) != kept)
            return;
        callers.Remove(kept.Key);
        if (callers.Count == 0)
            _documents.Remove(kept.Document);
    }

    private sealed class Kept
    {
        public Kept(RoleCache cache, DocumentId document, string key, string? subject, Role role, long at)
        {
            (Document, Key, Subject, Role, At) = (document, key, subject, role, at);
            Entry = new CacheEntry(() => cache.Drop(this));
        }

        public DocumentId Document { get; }

        public string Key { get; }

        public string? Subject { get; }

        public Role Role { get; }

        public long At { get; }

        public CacheEntry Entry { get; }
    }
}
