using Collab.Client.Documents;
using Collab.Operations;
using Collab.Operations.Deltas;

namespace Collab.Client.Presence;

/// <summary>
/// The others in a document and where their selections are. A selection comes with the revision that its positions refer to and
/// is moved over every operation since then; one from the future waits until its revision is here.
/// </summary>
/// <remarks>Operations are only noted as they come; the moving is done when somebody looks. Two hundred people typing into one document must not cost each of them two hundred transforms per key.</remarks>
internal sealed class PresenceBoard(IDocumentKind kind)
{
    // What is remembered of operations is for presence that they overtook. Not more than this of it: of pastes alone it would be a hundred megabytes.
    private const int HistoryLimit = 256;
    private const int HistoryBytesLimit = 256 << 10;

    private readonly Dictionary<string, PresenceUpdate> _others = [];
    private readonly List<Operation> _history = [];
    private long _historyBytes;
    private long _revision;
    private int? _count;

    /// <summary>Takes what the server sent; <paramref name="own"/> is this side's session and is left out.</summary>
    /// <returns>Whether somebody came.</returns>
    public bool Update(IEnumerable<PresenceUpdate> updates, string? own, int? count)
    {
        int before = _others.Count;
        _count = count ?? _count;
        foreach (var update in updates)
            if (update.Session != own)
                _others[update.Session] = update;
        SettleCount();
        return _others.Count > before;
    }

    public void Remove(IEnumerable<string> sessions)
    {
        foreach (string session in sessions)
            _others.Remove(session);
        SettleCount();
    }

    // The number is told while more are here than are named, and once when that ends.
    private void SettleCount()
    {
        if (_count <= _others.Count + 1)
            _count = null;
    }

    /// <summary>How many are here, this session included: as the server counts, which may not name them all.</summary>
    public int Count => _count ?? (_others.Count + 1);

    public void Clear()
    {
        _count = null;
        _others.Clear();
        _history.Clear();
        _historyBytes = 0;
    }

    /// <summary>Notes the log's next operation.</summary>
    public void Advance(Operation operation)
    {
        _history.Add(operation);
        _historyBytes += operation.Bytes;
        _revision = operation.Revision;
        if (_history.Count < HistoryLimit && _historyBytes <= HistoryBytesLimit)
            return;
        foreach (string session in _others.Keys)
            Settle(session);
        // A half, so that it does not come to this with each operation; the newest stays, whatever its size.
        int forgotten = 0;
        for (; forgotten < _history.Count - 1 && (_history.Count - forgotten > HistoryLimit / 2 || _historyBytes > HistoryBytesLimit / 2); forgotten++)
            _historyBytes -= _history[forgotten].Bytes;
        _history.RemoveRange(0, forgotten);
    }

    /// <summary>The content was replaced: what was selected before can't be followed, and will be sent again when it changes.</summary>
    public void Restart(long revision)
    {
        _history.Clear();
        _historyBytes = 0;
        _revision = revision;
        foreach (var (session, other) in _others)
            if (other.Revision < revision)
                _others[session] = other with { Selection = null };
    }

    /// <summary>Everybody else, with selections in the replica's content.</summary>
    public IReadOnlyList<RemotePresence> Show(Replica replica)
    {
        var shown = new List<RemotePresence>(_others.Count);
        foreach (string session in _others.Keys)
        {
            var other = Settle(session);
            // A selection of a revision that is not here yet would point anywhere.
            var selection = other.Revision <= _revision ? other.Selection : null;
            if (selection is { } here && replica.Outstanding is { } outstanding)
                selection = kind.TransformSelection(here, outstanding, CaretSide.BeforeInsert);
            if (selection is { } there && replica.Buffer is { } buffer)
                selection = kind.TransformSelection(there, buffer, CaretSide.BeforeInsert);
            shown.Add(new RemotePresence(session, other.Name, other.Color, selection, other.IsTyping, other.State) { Subject = other.Subject });
        }

        return shown;
    }

    // Brings one selection to the present revision. Its own session's inserts push the caret: that is what typing looks like from afar.
    private PresenceUpdate Settle(string session)
    {
        var other = _others[session];
        if (other.Revision >= _revision)
            return other;
        if (other.Selection is { } selection)
        {
            long first = _revision - _history.Count;
            if (other.Revision < first)
                return _others[session] = other with { Selection = null, Revision = _revision };
            for (int i = (int)(other.Revision - first); i < _history.Count; i++)
                selection = kind.TransformSelection(
                    selection, _history[i].Delta, _history[i].Session == session ? CaretSide.AfterInsert : CaretSide.BeforeInsert);
            other = other with { Selection = selection };
        }

        return _others[session] = other with { Revision = _revision };
    }
}
