using Collab.Contracts;
using Collab.Contracts.Presence;
using Collab.Web.Delivery;

namespace Collab.Web.Connections;

/// <summary>A session's stay in a document on one connection of this host: from <c>join</c> until it leaves, is lost or is superseded.</summary>
internal sealed class Stay
{
    private readonly PresenceThrottle _throttle;

    /// <param name="key">What the cluster knows it by; every join has its own, also on the same connection, so that a late word about an earlier one changes nothing.</param>
    public Stay(
        ClientConnection connection, DocumentId document, SessionId session, string key, bool isResuming, PresenceEntry presence, ClientLimits limits, TimeProvider time)
    {
        Connection = connection;
        Document = document;
        Session = session;
        Key = key;
        Presence = presence;
        Position = new StreamPosition(isResuming ? StreamState.Resuming : StreamState.Joining);
        _throttle = new PresenceThrottle(limits.PresenceInterval, time, SendPresenceAsync);
        ConnectionMetrics.StateEntered(Position.State);
    }

    public ClientConnection Connection { get; }

    public DocumentId Document { get; }

    public SessionId Session { get; }

    public string Key { get; }

    /// <summary>What the outbox knows of the stream.</summary>
    public StreamPosition Position { get; }

    /// <summary>Goes with every submission; set once the session is admitted.</summary>
    public long Lease { get; set; }

    /// <summary>Set once the session is admitted.</summary>
    public DocumentFeed? Feed { get; set; }

    /// <summary>What others see of the session, the latest; renewed as long as the stay lasts.</summary>
    public PresenceEntry Presence { get; private set; }

    /// <summary>Submissions whose outcome is awaited.</summary>
    public int Submissions;

    public void BringUp(int turn) => Feed?.BringUp(this, turn);

    /// <summary>Lets others see <paramref name="presence"/>, soon.</summary>
    public void Show(PresenceEntry presence)
    {
        Presence = presence;
        _throttle.Offer(presence);
    }

    // What was held back when the stay ended must not bring the cursor back.
    private Task SendPresenceAsync(PresenceEntry entry) =>
        Position.State == StreamState.Left ? Task.CompletedTask : Feed!.UpdatePresenceAsync(entry);
}
