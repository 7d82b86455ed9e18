using Collab.Contracts.Fanout;

namespace Collab.Grains.Fanout;

/// <summary>What a silo knows of one web host: whether it answers, and whether something was kept from it. Asked at every push, from the turns of many grains.</summary>
internal sealed class KnownHost(IListeningHost reference)
{
    private volatile bool _isSilent;
    private volatile bool _hasMissed;
    private volatile bool _isOwedPing;
    private long _seenAt = Environment.TickCount64;

    public IListeningHost Reference => reference;

    public bool IsSilent => _isSilent;

    /// <summary>Whether a ping is on its way; used by <see cref="ListeningHosts"/> alone.</summary>
    public bool IsPinged { get; set; }

    /// <summary>Since when nothing was heard of it.</summary>
    public TimeSpan SeenAgo => TimeSpan.FromMilliseconds(Environment.TickCount64 - Volatile.Read(ref _seenAt));

    /// <summary>Whether a push is to be sent there. What is kept from a silent host, it is told of when it answers again.</summary>
    public bool TakesPush()
    {
        if (_isSilent)
        {
            _hasMissed = true;
            return false;
        }

        // Written only when it changes: all documents of a host share it.
        if (!_isOwedPing)
            _isOwedPing = true;
        return true;
    }

    /// <summary>It lives: it renewed, or answered.</summary>
    public void Hear()
    {
        Volatile.Write(ref _seenAt, Environment.TickCount64);
        _isSilent = false;
    }

    /// <summary>Nobody answers there.</summary>
    /// <returns>Whether that is new.</returns>
    public bool FallSilent()
    {
        bool isNew = !_isSilent;
        // What was sent before is lost, too.
        _isSilent = _hasMissed = true;
        return isNew;
    }

    /// <summary>Whether it has to be asked if it is there.</summary>
    /// <param name="hasMissed">What it is to be told.</param>
    public bool TryTakePing(out bool hasMissed)
    {
        hasMissed = _hasMissed;
        if (!_isOwedPing && !_hasMissed)
            return false;
        _isOwedPing = _hasMissed = false;
        return true;
    }
}
