using Collab.Client.Documents;
using Collab.Client.Messages;
using Collab.Operations;
using Collab.Operations.Deltas;

namespace Collab.Client.Presence;

/// <summary>What others may see of this session, latest wins.</summary>
internal sealed class OwnPresence
{
    // The server forwards twenty a second; more would be for nothing.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    // When many come one after the other, they are all told at once.
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(1);

    private Selection? _selection;
    private bool _isTyping;
    private bool _isCleared = true;
    private bool _isUnsent;
    private TimeSpan _sendableAt;
    private TimeSpan _refreshableAt;
    private long _revision;

    /// <param name="selection">In the content as it is shown.</param>
    public void Set(Selection? selection, bool isTyping)
    {
        _isUnsent |= _isCleared || _selection != selection || _isTyping != isTyping;
        (_selection, _isTyping, _isCleared) = (selection, isTyping, false);
    }

    public void Clear()
    {
        _isUnsent |= !_isCleared;
        (_selection, _isTyping, _isCleared) = (null, false, true);
    }

    /// <summary>The shown content changed. Everybody else moves the selection over the same operation by themselves, so nothing has to be sent.</summary>
    public void Follow(IDocumentKind kind, IDelta delta, CaretSide side)
    {
        if (_selection is { } selection)
            _selection = kind.TransformSelection(selection, delta, side);
    }

    /// <summary>The server took the last one for one too many.</summary>
    public void Postpone(TimeSpan until) => (_isUnsent, _sendableAt) = (true, until);

    /// <summary>The server has forgotten: a connection was lost.</summary>
    public void Repeat() => _isUnsent |= !_isCleared;

    /// <summary>Somebody came who does not have the operations since the selection was sent, and can't tell where it is now.</summary>
    public void Refresh(long revision, TimeSpan now)
    {
        if (_selection is null || _revision == revision || now < _refreshableAt)
            return;
        _isUnsent = true;
        _refreshableAt = now + RefreshInterval;
    }

    /// <summary>The message to send now, or null.</summary>
    public ClientMessage.Presence? Take(string document, IDocumentKind kind, Replica replica, TimeSpan now)
    {
        if (!_isUnsent || now < _sendableAt)
            return null;
        _isUnsent = false;
        _sendableAt = now + Interval;
        _revision = replica.Revision;
        return new ClientMessage.Presence(document, replica.Revision, Synchronized(kind, replica), _isTyping, _isCleared);
    }

    // Others know nothing of what is pending here, so the selection goes back over it. When the pending text reaches them, their copy of
    // the selection is pushed along by it.
    private Selection? Synchronized(IDocumentKind kind, Replica replica)
    {
        if (_selection is not { } selection)
            return null;
        var between = replica.Outstanding is null ? replica.Synchronized : replica.Synchronized.Apply(replica.Outstanding);
        if (replica.Buffer is not null)
            selection = kind.TransformSelection(selection, kind.Invert(replica.Buffer, between), CaretSide.BeforeInsert);
        if (replica.Outstanding is not null)
            selection = kind.TransformSelection(selection, kind.Invert(replica.Outstanding, replica.Synchronized), CaretSide.BeforeInsert);
        return selection;
    }
}
