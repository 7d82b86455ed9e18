using System.Collections.Immutable;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Contracts.Refusals;
using Collab.Web.Connections;

namespace Collab.Web.Delivery;

/// <summary>What became of an answer to a read.</summary>
internal enum ReadOutcome
{
    Taken,

    /// <summary>What is missing can't be had as operations: the stream goes on at the head, and every connection is brought up, or told to join again, for itself.</summary>
    Restarted,

    /// <summary>It says nothing; to be read again.</summary>
    Useless,
}

/// <summary>One document's operations on this host, in one order: where they stand, what is recent, and who is handed what comes.</summary>
/// <remarks>
/// Invariant: every segment is accepted under the lock and follows the one before without a gap, so each connection sees one order. What is durable is the same in every epoch; a late push of an older epoch may
/// fill in what the newer one is known to have before it, and nothing else.
/// </remarks>
internal sealed class DocumentStream(DocumentId id, RecentOperations recent, SharedSnapshot snapshot, TimeProvider time)
{
    /// <summary>How long what is missing is waited for. Overtaking takes a few milliseconds on a busy machine, and nobody notices that a lost push is this much late.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly List<Stay> _stays = [];
    private readonly EarlyPushes _early = new();
    private Revision? _revision;
    private Revision _known;
    private long _epoch;
    private long _stuckSince;

    public bool HasStays
    {
        get
        {
            lock (_gate)
                return _stays.Count > 0;
        }
    }

    public void Attach(Stay stay)
    {
        lock (_gate)
            _stays.Add(stay);
    }

    public void Detach(Stay stay)
    {
        lock (_gate)
            _stays.Remove(stay);
    }

    /// <summary>Where the stream stands, if operations are missing after that; null if none are.</summary>
    /// <param name="wait">How much longer they may come by themselves. Every step forward gives what is missing then its full time.</param>
    public Revision? FindGap(out TimeSpan wait)
    {
        lock (_gate)
        {
            bool isBehind = _revision < _known;
            wait = isBehind ? Patience - time.GetElapsedTime(_stuckSince) : TimeSpan.Zero;
            return isBehind ? _revision : null;
        }
    }

    /// <summary>Learns where the document stands, now and then. The first to tell says where the stream begins.</summary>
    public void Learn(long epoch, Revision head)
    {
        lock (_gate)
        {
            _epoch = Math.Max(_epoch, epoch);
            _revision ??= head;
            Know(head);
            recent.Unshare();
        }
    }

    /// <summary>Takes what was pushed: now if it goes on from here, else when what comes before it is here.</summary>
    public void Take(PushBatch batch)
    {
        lock (_gate)
        {
            var operations = batch.Operations;
            if (batch.Epoch < _epoch)
                operations = operations.RemoveAll(operation => operation.Revision > _known);
            if (operations.IsEmpty)
                return;
            _epoch = Math.Max(_epoch, batch.Epoch);
            // The first push may overtake the answer to the subscription: then the stream begins with it.
            _revision ??= new Revision(operations[0].Revision.Value - 1);
            Know(operations[^1].Revision);
            if (operations[0].Revision > _revision.Value.Next)
                _early.Hold(operations);
            else
                Accept(operations);
        }
    }

    /// <summary>Takes what was read because it was missing.</summary>
    public ReadOutcome Take(CatchUp read)
    {
        lock (_gate)
        {
            // A document that can't be read just now says nothing about itself, and an activation that was replaced may be behind.
            if (read.Refusal?.Reason.IsToRetry() == true || (read.Epoch > 0 && read.Epoch < _epoch))
                return ReadOutcome.Useless;
            _epoch = Math.Max(_epoch, read.Epoch);
            // It came by itself meanwhile.
            if (_revision >= _known)
                return ReadOutcome.Taken;
            if (read.Snapshot is not null || read.Refusal is not null || read.Operations.IsDefaultOrEmpty || read.Operations[0].Revision > _revision!.Value.Next)
            {
                Restart(read.Head);
                return ReadOutcome.Restarted;
            }

            Accept(read.Operations);
            return ReadOutcome.Taken;
        }
    }

    /// <summary>What a client at <paramref name="from"/> joins with if everything that it misses is here; then <see cref="TryGoLive"/> finds it.</summary>
    public CatchUp? TryJoin(Revision from)
    {
        lock (_gate)
            return CanLeadOnFrom(from) && from <= _revision ? new CatchUp(null, [], _revision!.Value, _epoch) : null;
    }

    public Task<CatchUp> ReadSnapshotAsync()
    {
        lock (_gate)
            return snapshot.ReadAsync(CanLeadOnFrom);
    }

    /// <summary>Lets the snapshot go if operations have followed it: whoever comes back alone gets one as new as if nothing had been kept.</summary>
    public void Refresh()
    {
        lock (_gate)
        {
            if (snapshot.LeadsTo is { } position && !(position >= _revision))
                snapshot.Evict();
        }
    }

    /// <summary>Splices a stay that is being brought up to the live stream, if what is here leads on from where it stands.</summary>
    /// <param name="isRead">Its position comes from the authority. Otherwise one beyond what was pushed here may be a little ahead of the push, or a client's invention.</param>
    /// <returns>Where it has to be read from; null if it is live, or was set elsewhere since <paramref name="turn"/>.</returns>
    public Revision? TryGoLive(Stay stay, int turn, bool isRead)
    {
        var outbox = stay.Connection.Outbox;
        lock (_gate)
        {
            if (!outbox.TryGetPosition(stay, turn, out var position))
                return null;
            bool isHere = CanLeadOnFrom(position) && (isRead || position <= _revision);
            (isHere ? HostCaches.Operations.Hits : HostCaches.Operations.Misses).Inc();
            if (!isHere)
                return position;
            outbox.GoLive(stay);
            foreach (var segment in recent.After(position))
                DeliveryMetrics.Sent(segment.Message, outbox.Deliver(stay, segment) ? 1 : 0);
            return null;
        }
    }

    /// <summary>Lets go what is kept.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            recent.Clear();
            snapshot.Evict();
            _early.Clear();
        }
    }

    /// <summary>Something exists. Under the lock.</summary>
    private void Know(Revision revision)
    {
        if (revision <= _known)
            return;
        if (_revision >= _known)
            _stuckSince = time.GetTimestamp();
        _known = revision;
    }

    /// <summary>Hands on what is new of <paramref name="operations"/>, which leave no gap, and what waited for them. Under the lock.</summary>
    private void Accept(ImmutableArray<CommittedOperation> operations)
    {
        do
        {
            var revision = _revision!.Value;
            if (operations[^1].Revision > revision)
                Deliver(new FeedSegment(id, operations.AsSpan()[(int)(revision.Next - operations[0].Revision)..]));
        }
        while (_early.TryTake(_revision.Value, out operations));
    }

    private void Deliver(FeedSegment segment)
    {
        _revision = segment.Last;
        _known = segment.Last > _known ? segment.Last : _known;
        if (_revision < _known)
            _stuckSince = time.GetTimestamp();
        recent.Add(segment);
        if (snapshot.LeadsTo is { } position && !CanLeadOnFrom(position))
            snapshot.Evict();
        int queued = 0;
        foreach (var stay in _stays)
        {
            if (stay.Connection.Outbox.Deliver(stay, segment))
                queued++;
        }

        DeliveryMetrics.Sent(segment.Message, queued);
    }

    /// <summary>Whether a stream that stands at <paramref name="position"/> can go on from what is here. Under the lock.</summary>
    private bool CanLeadOnFrom(Revision position) => _revision is { } revision && (position >= revision || recent.LeadsOnFrom(position));

    /// <summary>Goes on at the head. Under the lock.</summary>
    private void Restart(Revision head)
    {
        recent.Clear();
        snapshot.Evict();
        _early.Clear();
        _revision = _known = head;
        foreach (var stay in _stays)
        {
            if (stay.Connection.Outbox.Interrupt(stay) is { } turn)
                ThreadPool.UnsafeQueueUserWorkItem(static state => state.stay.BringUp(state.turn), (stay, turn), preferLocal: false);
        }
    }
}
