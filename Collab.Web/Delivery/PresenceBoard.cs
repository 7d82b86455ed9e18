using System.Collections.Immutable;
using Collab.Contracts;
using Collab.Contracts.Presence;

namespace Collab.Web.Delivery;

/// <summary>
/// Who is named in one document, as this host knows it: what batches have told, in whatever order they came. Each entry remembers the version that it is of, so that a batch that was overtaken changes only what nobody changed since.
/// </summary>
/// <remarks>Not for several threads at once.</remarks>
internal sealed class PresenceBoard(DocumentId document)
{
    private readonly Dictionary<SessionId, (PresenceEntry Entry, long Version)> _entries = [];

    // Those who left, and when: until all before that is here, a late batch might bring them back.
    private readonly Dictionary<SessionId, long> _left = [];
    private readonly SortedSet<long> _early = [];
    private long _life;
    private long _version;

    /// <summary>Whether batches are missing: some before others that came, or all of a life that has not been read.</summary>
    public bool IsBehind { get; private set; } = true;

    public ImmutableArray<PresenceEntry> Entries => [.. _entries.Values.Select(known => known.Entry)];

    /// <summary>How many sessions are in the document, if not all are named; else 0.</summary>
    public int Crowd { get; private set; }

    /// <summary>Whether this board knows all that the grain has told.</summary>
    public bool IsAt(long life, long version) => !IsBehind && _life == life && _version >= version;

    /// <summary>Takes a batch.</summary>
    /// <returns>What of it is new.</returns>
    public PresenceBatch Take(PresenceBatch batch)
    {
        // A silo of the version before numbers nothing.
        bool isNumbered = batch.Version > 0;
        if (isNumbered && batch.Life != _life)
        {
            IsBehind = true;
            return batch with { Updates = [], Left = [], Count = 0 };
        }

        bool isNewest = isNumbered && batch.Version > Math.Max(_version, _early.Max);
        if (isNumbered)
            Reach(batch.Version);
        var news = batch with
        {
            Updates = batch.Updates.RemoveAll(entry => !Set(entry, batch.Version)),
            Left = batch.Left.RemoveAll(session => !Remove(session, batch.Version)),
            Count = isNewest ? batch.Count : 0,
        };
        if (news.Count > 0)
            Crowd = news.Count > _entries.Count ? news.Count : 0;
        ForgetLeft();
        return news;
    }

    /// <summary>Takes everything, as the grain has it.</summary>
    /// <returns>What of it is new.</returns>
    public PresenceBatch Take(PresenceReading reading)
    {
        // Batches overtook it.
        if (reading.Life == _life && reading.Version < _version)
            return new PresenceBatch(document, [], []);
        if (reading.Life != _life)
        {
            _early.Clear();
            _left.Clear();
            foreach (var (session, known) in _entries)
                _entries[session] = known with { Version = 0 };
        }

        (_life, _version) = (reading.Life, reading.Version);
        _early.RemoveWhere(version => version <= _version);
        Reach(_version);
        var there = reading.Entries.Select(entry => entry.Session).ToHashSet();
        var left = _entries.Where(known => known.Value.Version <= reading.Version && !there.Contains(known.Key)).Select(known => known.Key).ToImmutableArray();
        foreach (var session in left)
            _entries.Remove(session);
        var updates = reading.Entries.Where(entry => !IsSame(entry)).ToImmutableArray().RemoveAll(entry => !Set(entry, reading.Version));
        bool wasCrowd = Crowd > 0;
        Crowd = reading.Count;
        ForgetLeft();
        return new PresenceBatch(document, updates, left, Count: Crowd > 0 || !wasCrowd ? Crowd : _entries.Count);
    }

    private void Reach(long version)
    {
        if (version > _version)
            _early.Add(version);
        while (_early.Remove(_version + 1))
            _version++;
        IsBehind = _early.Count > 0;
    }

    private bool IsSame(PresenceEntry entry) =>
        _entries.TryGetValue(entry.Session, out var known) && known.Entry with { State = default } == entry with { State = default } && known.Entry.State.Span.SequenceEqual(entry.State.Span);

    private bool Set(PresenceEntry entry, long version)
    {
        bool isOld = version > 0
            && ((_entries.TryGetValue(entry.Session, out var known) && known.Version > version) || (_left.TryGetValue(entry.Session, out long leftAt) && leftAt > version));
        if (!isOld)
            _entries[entry.Session] = (entry, version);
        return !isOld;
    }

    private bool Remove(SessionId session, long version)
    {
        if (_entries.TryGetValue(session, out var known) && version > 0 && known.Version > version)
            return false;
        if (version > _version)
            _left[session] = version;
        return _entries.Remove(session);
    }

    private void ForgetLeft()
    {
        foreach (var (session, version) in _left)
        {
            if (version <= _version)
                _left.Remove(session);
        }
    }
}
