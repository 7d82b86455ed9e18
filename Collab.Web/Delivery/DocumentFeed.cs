using System.Collections.Immutable;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Contracts.Presence;
using Collab.Contracts.Refusals;
using Collab.Observability;
using Collab.Web.Cluster;
using Collab.Web.Connections;
using Collab.Web.Messages;

namespace Collab.Web.Delivery;

/// <summary>
/// One document on this host: subscribes once, whatever the number of connections, checks that what is pushed is contiguous,
/// encodes it once, and hands it to every connection that is in the document. What is missing is read from the own revision:
/// by the feed when it notices a gap, and for each connection that joins, asks, or was too slow.
/// </summary>
/// <remarks>Invariant: every segment is accepted under the lock and follows the one before without a gap, so each connection sees one order.</remarks>
internal sealed partial class DocumentFeed : IDocumentSubscriber
{
    // What is read is posted in pieces, so that a connection that is far behind takes them one by one.
    private const int ReadPieceBytes = 128 << 10;

    private readonly Lock _gate = new();
    private readonly List<Stay> _stays = [];
    private readonly RecentOperations _recent;
    private readonly SharedSnapshot _snapshot;
    private readonly DocumentCalls _document;
    private readonly PresenceCalls _presence;
    private readonly IDocumentSubscriber _self;
    private readonly IGrainFactory _grains;
    private readonly TimeProvider _time;
    private readonly ILogger<DocumentFeed> _logger;
    private Task? _starting;
    private Revision? _revision;
    private Revision _target;
    private long _epoch;
    private bool _isRecovering;
    private bool _isRenewing;

    public DocumentFeed(
        DocumentId id, IGrainFactory grains, ClusterCalls cluster, DeliveryOptions options, CacheBudget snapshots, TimeProvider time, ILogger<DocumentFeed> logger)
    {
        Id = id;
        _grains = grains;
        _time = time;
        _logger = logger;
        _recent = new RecentOperations(options.RecentBytesLimit);
        _document = cluster.Document(id);
        _presence = cluster.Presence(id);
        _snapshot = new SharedSnapshot(_document, snapshots);
        // The runtime holds observers weakly; this feed is held by the registry as long as it has a reference.
        _self = grains.CreateObjectReference<IDocumentSubscriber>(this);
    }

    public DocumentId Id { get; }

    /// <summary>How many joins hold it; guarded by <see cref="DocumentFeeds"/>.</summary>
    public int References { get; set; }

    /// <summary>Completes when pushes are on their way here. A start that failed is tried again by the next caller.</summary>
    public Task StartAsync()
    {
        lock (_gate)
        {
            if (_starting is null or { IsFaulted: true } or { IsCanceled: true })
                _starting = SubscribeAsync();
            return _starting;
        }
    }

    /// <summary>No connection is in the document any more.</summary>
    public async Task StopAsync()
    {
        try
        {
            await _document.Unsubscribe(_self);
            await _presence.Unsubscribe(_self);
        }
        catch (Exception failure)
        {
            // The subscriptions expire by themselves.
            LogNotUnsubscribed(Id, failure.GetType().Name);
        }
        finally
        {
            _grains.DeleteObjectReference<IDocumentSubscriber>(_self);
            lock (_gate)
            {
                _recent.Clear();
                _snapshot.Evict();
            }
        }
    }

    /// <summary>From now on presence is kept for the stay, and pushes are offered to it.</summary>
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

    /// <summary>What a joining client needs: what leads on from its revision, or a snapshot and what leads on from there. The feed has started.</summary>
    public async Task<CatchUp> ReadForJoinAsync(Revision? from)
    {
        if (from is { } revision)
        {
            lock (_gate)
            {
                // Then everything that it misses is here: BringUp will find it.
                if (CanLeadOnFrom(revision) && revision <= _revision)
                    return new CatchUp(null, [], _revision!.Value, _epoch);
            }

            return await _document.ReadFrom(revision);
        }

        Task<CatchUp> snapshot;
        lock (_gate)
            snapshot = _snapshot.ReadAsync(IsUsable);
        return await snapshot;

        bool IsUsable(Revision leadsTo) => CanLeadOnFrom(leadsTo);
    }

    public ValueTask<ImmutableArray<PresenceEntry>> ListPresenceAsync() => _presence.List();

    /// <summary>Tells the other connections of this document, here and elsewhere, what this session shows of itself.</summary>
    public Task UpdatePresenceAsync(PresenceEntry entry) => _presence.Update(entry);

    public ValueTask<SubmitOutcome> SubmitAsync(Submission submission) => _document.Submit(submission);

    public ValueTask<ContentCheck> CheckAsync(SessionId session, Revision revision, uint hash) => _document.Check(session, revision, hash);

    /// <inheritdoc cref="BringUpAsync"/>
    public void BringUp(Stay stay, int turn) => _ = BringUpAsync(stay, turn);

    /// <summary>Renews the subscriptions and the presence of the sessions here, and finds out whether a push was lost.</summary>
    public async Task RenewAsync()
    {
        PresenceEntry[] entries;
        lock (_gate)
        {
            if (_isRenewing)
                return;
            _isRenewing = true;
            entries = [.. _stays.Select(stay => stay.Presence)];
        }

        try
        {
            OnStanding(await _document.Subscribe(_self));
            await _presence.Subscribe(_self);
            if (entries.Length > 0)
            {
                var unknown = await _presence.Renew([.. entries.Select(entry => entry.Session)]);
                foreach (var entry in entries.Where(entry => unknown.Contains(entry.Session)))
                    await _presence.Update(entry);
            }
        }
        catch (Exception failure)
        {
            // The next round tries again; until then pushes may be missing, and are read when they show as a gap.
            LogNotRenewed(Id, failure.GetType().Name);
        }
        finally
        {
            lock (_gate)
                _isRenewing = false;
        }
    }

    Task IDocumentSubscriber.Push(PushBatch batch)
    {
        if (batch.Operations.IsDefaultOrEmpty)
            return Task.CompletedTask;
        bool isMissing;
        lock (_gate)
        {
            if (batch.Epoch < _epoch)
                return Task.CompletedTask;
            _epoch = batch.Epoch;
            // The first push may overtake the answer to the subscription: then the stream begins with it.
            _revision ??= new Revision(batch.Operations[0].Revision.Value - 1);
            isMissing = !Accept(batch.Operations);
        }

        DeliveryMetrics.PushBatchSize.Observe(batch.Operations.Length);
        // Across machines clocks differ by a little: less than nothing is nothing.
        DeliveryMetrics.PushDuration.Observe(Math.Max(0, (_time.GetUtcNow() - batch.DurableAt).TotalSeconds));
        if (isMissing)
            Recover(batch.Operations[^1].Revision);
        return Task.CompletedTask;
    }

    Task IDocumentSubscriber.PushPresence(PresenceBatch batch)
    {
        var message = ServerMessages.Presence(Id, batch.Updates, batch.Left);
        int queued = 0;
        lock (_gate)
        {
            foreach (var stay in _stays)
            {
                if (stay.Connection.Outbox.PostPresence(stay, message, batch))
                    queued++;
            }
        }

        DeliveryMetrics.Sent(message, queued);
        return Task.CompletedTask;
    }

    Task IDocumentSubscriber.Interrupt(DocumentId document, long epoch)
    {
        // Renewing wakes the next activation and compares heads: what this one's last push did not bring is read then.
        _ = RenewAsync();
        return Task.CompletedTask;
    }

    private async Task SubscribeAsync()
    {
        OnStanding(await _document.Subscribe(_self)
            ?? throw new InvalidOperationException($"Document {Id} admitted a session but can't be subscribed to: it does not exist."));
        await _presence.Subscribe(_self);
    }

    private void OnStanding(DocumentStanding? standing)
    {
        if (standing is null)
            return;
        bool isBehind;
        lock (_gate)
        {
            _epoch = Math.Max(_epoch, standing.Epoch);
            _revision ??= standing.Head;
            isBehind = standing.Head > _revision;
        }

        if (isBehind)
            Recover(standing.Head);
    }

    /// <summary>Takes what is new of <paramref name="operations"/> and hands it to every connection. Under the lock.</summary>
    /// <returns>False if operations are missing before them.</returns>
    private bool Accept(ImmutableArray<CommittedOperation> operations)
    {
        var revision = _revision!.Value;
        if (operations[^1].Revision <= revision)
            return true;
        if (operations[0].Revision > revision.Next)
            return false;
        var segment = new FeedSegment(Id, operations[(int)(revision.Next - operations[0].Revision)..]);
        _revision = segment.Last;
        _recent.Add(segment);
        _snapshot.EvictUnless(CanLeadOnFrom);
        int queued = 0;
        foreach (var stay in _stays)
        {
            if (stay.Connection.Outbox.Deliver(stay, segment))
                queued++;
        }

        DeliveryMetrics.Sent(segment.Message, queued);
        return true;
    }

    /// <summary>Whether a stream that stands at <paramref name="position"/> can go on from what is here. Under the lock.</summary>
    private bool CanLeadOnFrom(Revision position) => _revision is { } revision && (position >= revision || _recent.LeadsOnFrom(position));

    /// <summary>
    /// Brings one connection from where its stream stands to the live stream: from what is here, or by reading. Goes on
    /// until there is no gap between the two, and stops when the stream is set to another place (<paramref name="turn"/>).
    /// </summary>
    private async Task BringUpAsync(Stay stay, int turn)
    {
        var outbox = stay.Connection.Outbox;
        // A position beyond what was pushed here may be a little ahead of the push, or a client's invention: the authority knows.
        bool isKnown = false;
        for (int attempt = 0; ;)
        {
            Revision position;
            lock (_gate)
            {
                if (!outbox.TryGetPosition(stay, turn, out position))
                    return;
                bool isHere = CanLeadOnFrom(position) && (isKnown || position <= _revision);
                (isHere ? HostCaches.Operations.Hits : HostCaches.Operations.Misses).Inc();
                if (isHere)
                {
                    outbox.GoLive(stay);
                    foreach (var segment in _recent.After(position))
                        DeliveryMetrics.Sent(segment.Message, outbox.Deliver(stay, segment) ? 1 : 0);
                    return;
                }
            }

            CatchUp read;
            try
            {
                read = await _document.ReadFrom(position);
                attempt = 0;
            }
            catch (Exception failure)
            {
                LogNotRead(Id, failure.GetType().Name);
                if (++attempt == 4)
                {
                    outbox.Lose(stay, turn, Refused(GrainFailures.Refuse(failure)));
                    return;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(100 << attempt), _time);
                continue;
            }

            if (read.Refusal is { } refusal)
            {
                outbox.Lose(stay, turn, Refused(refusal));
                return;
            }

            if (read.Snapshot is not null)
            {
                outbox.Lose(stay, turn, Refused(outbox.IsSlow(stay)
                    ? new Refusal(RefusalReason.SlowConsumer, $"The connection took too little for too long; what follows revision {position} can't be replayed to it.")
                    : new Refusal(RefusalReason.RevisionUnavailable, $"What follows revision {position} can't be read any more, or is more than a snapshot.")));
                return;
            }

            isKnown = true;
            if (!await PostAsync(stay, turn, read.Operations))
                return;
        }

        ServerMessage Refused(Refusal refusal) => ServerMessages.Refused(Id, "read", null, refusal);
    }

    /// <summary>Posts what was read in pieces, each when the one before has been taken.</summary>
    public async Task<bool> PostAsync(Stay stay, int turn, ImmutableArray<CommittedOperation> operations)
    {
        var outbox = stay.Connection.Outbox;
        for (int start = 0; start < operations.Length;)
        {
            int end = start;
            for (int bytes = 0; end < operations.Length && (end == start || bytes + operations[end].Encoded.Length <= ReadPieceBytes); end++)
                bytes += operations[end].Encoded.Length;
            var piece = new FeedSegment(Id, operations[start..end]);
            if (!outbox.PostRead(stay, turn, piece))
                return false;
            DeliveryMetrics.Sent(piece.Message, 1);
            start = end;
            if (start < operations.Length)
                await outbox.WhenDrained();
        }

        return true;
    }

    private void Recover(Revision target)
    {
        lock (_gate)
        {
            _target = target > _target ? target : _target;
            if (_isRecovering)
                return;
            _isRecovering = true;
        }

        _ = RecoverAsync();
    }

    /// <summary>Reads from the feed's own revision until nothing is missing.</summary>
    private async Task RecoverAsync()
    {
        for (int attempt = 0; ;)
        {
            Revision from;
            lock (_gate)
            {
                from = _revision!.Value;
                if (from >= _target)
                {
                    _isRecovering = false;
                    return;
                }
            }

            try
            {
                var read = await _document.ReadFrom(from);
                lock (_gate)
                {
                    _epoch = Math.Max(_epoch, read.Epoch);
                    if (read.Snapshot is not null || read.Refusal is not null || read.Operations.IsDefaultOrEmpty)
                        Restart(read.Head);
                    else
                        Accept(read.Operations);
                }

                attempt = 0;
            }
            catch (Exception failure)
            {
                LogNotRead(Id, failure.GetType().Name);
                await Task.Delay(TimeSpan.FromMilliseconds(100 << Math.Min(++attempt, 5)), _time);
            }

            lock (_gate)
            {
                if (_stays.Count == 0)
                {
                    _isRecovering = false;
                    return;
                }
            }
        }
    }

    /// <summary>
    /// What is missing can't be read as operations: the feed goes on at the head, and every connection is brought up (or told
    /// to join again) for itself. Under the lock.
    /// </summary>
    private void Restart(Revision head)
    {
        LogRestarted(Id, _revision!.Value, head);
        _recent.Clear();
        _snapshot.Evict();
        _revision = head;
        _target = head;
        foreach (var stay in _stays)
        {
            if (stay.Connection.Outbox.Interrupt(stay) is { } turn)
                ThreadPool.UnsafeQueueUserWorkItem(static state => state.stay.BringUp(state.turn), (stay, turn), preferLocal: false);
        }
    }
}
