using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Contracts.Presence;
using Collab.Contracts.Refusals;
using Collab.Contracts.Sessions;
using Collab.Resilience;
using Collab.Web.Cluster;
using Collab.Web.Delivery;
using Collab.Web.Messages;

namespace Collab.Web.Connections;

/// <summary>A session's stay in a document on one connection of this host: from <c>join</c> until it leaves, is lost or is superseded.</summary>
internal sealed class Stay
{
    private readonly Lock _gate = new();
    private readonly PresenceThrottle _throttle;
    private readonly TimeProvider _time;
    private Task<Refusal?>? _readmission;
    private DateTimeOffset _since;
    private long _epoch;
    private long _lease;
    private long _number;
    private long _activeAt;
    private volatile ConnectionSample? _sample;

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
        Rate = new RateBucket(limits.OperationsPerSecond, time);
        _throttle = new PresenceThrottle(limits.PresenceInterval, time, SendPresenceAsync);
        _time = time;
        _activeAt = time.GetTimestamp();
        ConnectionMetrics.StateEntered(Position.State);
    }

    public ClientConnection Connection { get; }

    public DocumentId Document { get; }

    public SessionId Session { get; }

    public string Key { get; }

    /// <summary>What the outbox knows of the stream.</summary>
    public StreamPosition Position { get; }

    /// <summary>Among which of a minute's seconds the cluster is told that it goes on: so that a host's stays are spread.</summary>
    public int Portion { get; } = Random.Shared.Next(StayKeeping.Portions);

    /// <summary>Goes with every submission.</summary>
    public long Lease => Volatile.Read(ref _lease);

    /// <summary>For how long its person has done nothing.</summary>
    public TimeSpan IdleFor => _time.GetElapsedTime(Volatile.Read(ref _activeAt));

    /// <summary>What the caller may do here; goes with every submission.</summary>
    public StayRole Role { get; } = new();

    /// <summary>Set once the session is admitted.</summary>
    public DocumentFeed? Feed { get; set; }

    /// <summary>What others see of the session, the latest; renewed as long as the stay lasts.</summary>
    public PresenceEntry Presence { get; private set; }

    /// <summary>What the session may submit. Asked by the hub, one message at a time.</summary>
    public RateBucket Rate { get; }

    /// <summary>What the client last measured of its connection; null before it has.</summary>
    public ConnectionSample? Sample
    {
        get => _sample;
        set => _sample = value;
    }

    /// <summary>Submissions whose outcome is awaited.</summary>
    public int Submissions;

    /// <summary>One of <see cref="Submissions"/> is answered, or comes back on the stream.</summary>
    public void Settled() => Interlocked.Decrement(ref Submissions);

    /// <summary>The session is admitted.</summary>
    public void Begin(JoinOutcome outcome)
    {
        _since = _time.GetUtcNow();
        _number = outcome.Number;
        Presence = Presence with { Number = _number };
        Take(outcome.Admission!);
    }

    /// <summary>Its person has done something. A keystroke costs a store here, and no call.</summary>
    public void Touch() => Volatile.Write(ref _activeAt, _time.GetTimestamp());

    /// <summary>Tells the cluster that the stay goes on.</summary>
    /// <returns>What the cluster knows of it.</returns>
    public ValueTask<StayStanding> KeepAsync(ISessionOwner owner, ClusterCalls cluster) => cluster.Session(Session).Keep(new KeptStay(
        Document, Presence.Name, Presence.Subject, Role.Current, owner, Key, Volatile.Read(ref _epoch), Lease, _number, _since));

    public void BringUp(int turn) => Feed?.BringUp(this, turn);

    /// <summary>Tells the client what it may do, if it has been told something else.</summary>
    public void TellRole() => Role.Tell(role => Connection.Outbox.Post(ServerMessages.Role(Document, role)));

    /// <summary>Lets others see <paramref name="presence"/>, soon.</summary>
    public void Show(PresenceEntry presence)
    {
        Presence = presence;
        _throttle.Offer(presence);
    }

    /// <summary>Gets another lease in place of <paramref name="lost"/>, once for all who ask.</summary>
    public Task<Refusal?> ReadmitAsync(long lost, ClusterCalls cluster)
    {
        lock (_gate)
        {
            if (Lease != lost)
                return Task.FromResult<Refusal?>(null);
            return _readmission is { IsCompleted: false } running ? running : _readmission = AskAsync();
        }

        async Task<Refusal?> AskAsync()
        {
            try
            {
                var admission = await cluster.Session(Session).Readmit(Key);
                if (admission.Refusal is null)
                    Take(admission);
                return admission.Refusal;
            }
            catch (Exception failure)
            {
                // A silo of the version before does not know this call; the client can always come back by itself.
                GrainFailures.Refuse(failure);
                return new Refusal(RefusalReason.NotAdmitted, $"Session {Session} could not be admitted again.");
            }
        }
    }

    private void Take(Admission admission)
    {
        Volatile.Write(ref _epoch, admission.Document?.Epoch ?? 0);
        Volatile.Write(ref _lease, admission.Lease);
    }

    // What was held back when the stay ended must not bring the cursor back.
    private Task SendPresenceAsync(PresenceEntry entry) =>
        Position.State == StreamState.Left ? Task.CompletedTask : Feed!.UpdatePresenceAsync(entry);
}
