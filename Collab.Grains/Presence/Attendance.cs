using System.Collections.Immutable;
using Collab.Contracts.Presence;

namespace Collab.Grains.Presence;

/// <summary>
/// Who is in one document, the latest of each. Those who show a state are named to everybody, and of those who don't as many as make up <see cref="NamedLimit"/>; the rest is only counted, so that a crowd that looks on costs nobody a
/// list of it.
/// </summary>
internal sealed class Attendance(TimeProvider clock)
{
    /// <summary>More faces than anybody shows.</summary>
    public const int NamedLimit = 100;

    /// <summary>Hosts renew every 10 s; a session of a host that died is gone after this.</summary>
    public static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(45);

    private readonly Dictionary<SessionId, Attendee> _attendees = [];
    private readonly HashSet<SessionId> _named = [];
    private readonly HashSet<SessionId> _unnamed = [];

    // What was told of each who is named, for who reads has to get what the batches have said, not what they are going to say.
    private readonly Dictionary<SessionId, PresenceEntry> _told = [];
    private readonly HashSet<SessionId> _changed = [];

    // Those who left, so that what was on the way when they did does not bring them back.
    private readonly Dictionary<SessionId, (long Number, long At)> _left = [];

    public int Count => _attendees.Count;

    /// <summary>Whether some are only counted.</summary>
    public bool HasCrowd => _unnamed.Count > 0;

    public bool HasChanges => _changed.Count > 0;

    public IEnumerable<PresenceEntry> Named => _named.Select(session => _attendees[session].Entry);

    /// <summary>Who is named, as the changes taken so far have it.</summary>
    public IEnumerable<PresenceEntry> Told => _told.Values;

    public void Show(PresenceEntry entry)
    {
        var session = entry.Session;
        if (entry.Number > 0 && (_left.TryGetValue(session, out var left) && entry.Number <= left.Number))
            return;
        bool isNew = !_attendees.TryGetValue(session, out var known);
        if (!isNew && entry.Number > 0 && entry.Number < known.Entry.Number)
            return;
        _attendees[session] = new Attendee(entry, clock.GetTimestamp());
        if (_named.Contains(session))
        {
            // It makes room where there is none: who shows nothing any more is a looker-on again.
            if (entry.State.IsEmpty && _named.Count > NamedLimit)
                Unname(session);
            _changed.Add(session);
        }
        else if (!entry.State.IsEmpty || _named.Count < NamedLimit)
        {
            Name(session);
        }
        else
        {
            _unnamed.Add(session);
        }
    }

    /// <param name="number">Up to which of its stays the session is gone; 0: whichever it is known by.</param>
    public void Leave(SessionId session, long number)
    {
        if (_attendees.TryGetValue(session, out var known))
        {
            if (number > 0 && known.Entry.Number > number)
                return;
            number = Math.Max(number, known.Entry.Number);
            Forget(session);
        }

        if (number > 0)
            _left[session] = (number, clock.GetTimestamp());
    }

    /// <summary>These are still there.</summary>
    /// <returns>Those of them that are not known.</returns>
    public ImmutableArray<SessionId> Renew(ImmutableArray<SessionId> sessions)
    {
        var unknown = ImmutableArray.CreateBuilder<SessionId>();
        foreach (var session in sessions)
        {
            if (_attendees.TryGetValue(session, out var known))
                _attendees[session] = known with { SeenAt = clock.GetTimestamp() };
            else
                unknown.Add(session);
        }

        return unknown.DrainToImmutable();
    }

    /// <summary>Forgets those who have not been renewed.</summary>
    public void Sweep()
    {
        foreach (var (session, known) in _attendees)
        {
            if (clock.GetElapsedTime(known.SeenAt) > SilenceLimit)
                Forget(session);
        }

        foreach (var (session, left) in _left)
        {
            if (clock.GetElapsedTime(left.At) > SilenceLimit)
                _left.Remove(session);
        }
    }

    public (ImmutableArray<PresenceEntry> Updates, ImmutableArray<SessionId> Left) TakeChanges()
    {
        var updates = ImmutableArray.CreateBuilder<PresenceEntry>(_changed.Count);
        var left = ImmutableArray.CreateBuilder<SessionId>();
        foreach (var session in _changed)
        {
            if (_named.Contains(session))
                updates.Add(_told[session] = _attendees[session].Entry);
            else if (_told.Remove(session))
                left.Add(session);
        }

        _changed.Clear();
        return (updates.DrainToImmutable(), left.DrainToImmutable());
    }

    private void Name(SessionId session)
    {
        _unnamed.Remove(session);
        _named.Add(session);
        _changed.Add(session);
    }

    private void Unname(SessionId session)
    {
        _named.Remove(session);
        _unnamed.Add(session);
        _changed.Add(session);
    }

    private void Forget(SessionId session)
    {
        _attendees.Remove(session);
        if (_unnamed.Remove(session) || !_named.Remove(session))
            return;
        _changed.Add(session);
        // There is room for one of the crowd.
        if (_named.Count < NamedLimit && _unnamed.Count > 0)
            Name(_unnamed.First());
    }

    private readonly record struct Attendee(PresenceEntry Entry, long SeenAt);
}
