using Collab.Contracts;
using Collab.Contracts.Presence;
using Collab.Web.Messages;

namespace Collab.Web.Delivery;

/// <summary>Presence that waits for a connection: of each session the latest, so that it can't grow beyond one entry for each.</summary>
internal sealed class PresenceChanges
{
    // Rough size of an entry's other members on the wire.
    private const int EntryBytes = 160;

    private readonly Dictionary<SessionId, PresenceEntry?> _latest = [];

    private int _count;

    public int Bytes { get; private set; }

    public bool IsEmpty => _latest.Count == 0 && _count == 0;

    public void Add(PresenceBatch batch)
    {
        if (batch.Count > 0)
            _count = batch.Count;
        foreach (var entry in batch.Updates)
            Set(entry.Session, entry);
        foreach (var session in batch.Left)
            Set(session, null);
    }

    public ServerMessage Encode(DocumentId document) => ServerMessages.Presence(new PresenceBatch(
        document, [.. _latest.Values.OfType<PresenceEntry>()], [.. _latest.Where(change => change.Value is null).Select(change => change.Key)], Count: _count));

    private void Set(SessionId session, PresenceEntry? entry)
    {
        if (_latest.TryGetValue(session, out var overtaken))
            Bytes -= EntryBytes + (overtaken?.State.Length ?? 0);
        _latest[session] = entry;
        Bytes += EntryBytes + (entry?.State.Length ?? 0);
    }
}
