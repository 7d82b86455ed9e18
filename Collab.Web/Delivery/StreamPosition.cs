using Collab.Contracts;

namespace Collab.Web.Delivery;

/// <summary>Why a stay does not get pushes just now. Also the label of <c>collab_connection_state</c>.</summary>
internal enum StreamState
{
    /// <summary>A new session is being admitted.</summary>
    Joining,

    /// <summary>A session that was here before is being admitted.</summary>
    Resuming,

    /// <summary>Gets pushes as they come.</summary>
    Live,

    /// <summary>Is brought up by reading: it just joined, or asked to.</summary>
    CatchingUp,

    /// <summary>Its outbox overflowed. Once it has taken what is left there, it is brought up by reading.</summary>
    Slow,

    /// <summary>Can't be brought up without a snapshot, and was told to join again.</summary>
    Lost,

    /// <summary>Over.</summary>
    Left,
}

/// <summary>
/// Where the stream of one stay stands. Invariant: what was queued for it are consecutive operations up to
/// <see cref="Queued"/>, of which those up to <see cref="Sent"/> have been written. Guarded by its <see cref="Outbox"/>.
/// </summary>
internal sealed class StreamPosition(StreamState initial)
{
    public StreamState State { get; set; } = initial;

    public Revision Queued { get; set; }

    public Revision Sent { get; set; }

    /// <summary>Rises whenever the stream is set to another place: whoever read for the old place finds that out and stops.</summary>
    public int Turn { get; set; }

    /// <summary>Presence that came before the client was told that it has joined.</summary>
    public PresenceChanges? HeldPresence { get; set; } = new();
}
