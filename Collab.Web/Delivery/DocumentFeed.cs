using System.Collections.Immutable;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Contracts.Fanout;
using Collab.Contracts.Presence;
using Collab.Observability;
using Collab.Web.Cluster;
using Collab.Web.Connections;

namespace Collab.Web.Delivery;

/// <summary>
/// One document on this host: subscribes once, whatever the number of connections, puts what is pushed into one <see cref="DocumentStream"/> that encodes it once for every connection in the document, and reads from
/// the stream's revision what was not pushed.
/// </summary>
internal sealed partial class DocumentFeed : IDocumentSubscriber
{
    private readonly Lock _gate = new();
    private readonly DocumentStream _stream;
    private readonly StreamRecovery _recovery;
    private readonly StayCatchUp _catchUp;
    private readonly DocumentCalls _document;
    private readonly PresenceCalls _presenceCalls;
    private readonly PresenceStream _presence;
    private readonly IDocumentSubscriber _self;
    private readonly IListeningHost _host;
    private readonly IGrainFactory _grains;
    private readonly TimeProvider _time;
    private readonly ILogger<DocumentFeed> _logger;
    private Task? _starting;
    private long _epoch;
    private bool _isRenewing;
    private bool _isToRenewAgain;
    private bool _isResting;
    private bool _isSevered;

    public DocumentFeed(
        DocumentId id, IListeningHost host, IGrainFactory grains, ClusterCalls cluster, DeliveryOptions options, CacheBudget snapshots, TimeProvider time, ILogger<DocumentFeed> logger)
    {
        Id = id;
        _host = host;
        _grains = grains;
        _time = time;
        _logger = logger;
        _document = cluster.Document(id);
        Submissions = new Submissions(_document, cluster);
        _presenceCalls = cluster.Presence(id);
        _presence = new PresenceStream(id, _presenceCalls, time, logger);
        _stream = new DocumentStream(id, new RecentOperations(id, options.RecentBytesLimit), new SharedSnapshot(_document, snapshots), time);
        _recovery = new StreamRecovery(id, _stream, _document, time, logger);
        _catchUp = new StayCatchUp(id, _stream, _document, time, logger);
        // The runtime holds observers weakly; this feed is held by the registry as long as it has a reference.
        _self = grains.CreateObjectReference<IDocumentSubscriber>(this);
    }

    public DocumentId Id { get; }

    /// <summary>What its connections submit.</summary>
    public Submissions Submissions { get; }

    /// <summary>In which portion of a round it is renewed.</summary>
    public int Portion { get; } = Random.Shared.Next(DocumentFeeds.Portions);

    /// <summary>How many joins hold it; guarded by <see cref="DocumentFeeds"/>.</summary>
    public int References { get; set; }

    /// <summary>Completes when pushes are on their way here. A start that failed is tried again by the next caller, and one with an authority that has been replaced is made again.</summary>
    /// <param name="epoch">The epoch of the authority that is known to have the document.</param>
    public Task StartAsync(long epoch)
    {
        lock (_gate)
        {
            if (_starting is null or { IsFaulted: true } or { IsCanceled: true } || (_starting.IsCompleted && _epoch < epoch))
                _starting = SubscribeAsync();
            return _starting;
        }
    }

    /// <summary>Nobody is here, but somebody may come.</summary>
    public void Rest()
    {
        lock (_gate)
            _isResting = true;
    }

    /// <summary>Somebody comes.</summary>
    /// <returns>False if the document's authority has ended meanwhile. It was let go: another feed has to find the next one.</returns>
    public bool TryWake()
    {
        lock (_gate)
        {
            _isResting = false;
            if (_isSevered)
                return false;
        }

        _stream.Refresh();
        return true;
    }

    /// <summary>No connection is in the document any more.</summary>
    public async Task StopAsync()
    {
        try
        {
            await _document.Unsubscribe(_self);
            await _presenceCalls.Unsubscribe(_self);
        }
        catch (Exception failure)
        {
            // The subscriptions expire by themselves.
            LogNotUnsubscribed(Id, failure.GetType().Name);
        }
        finally
        {
            _grains.DeleteObjectReference<IDocumentSubscriber>(_self);
            _stream.Clear();
        }
    }

    /// <summary>From now on presence is kept for the stay, and pushes are offered to it.</summary>
    public void Attach(Stay stay)
    {
        _stream.Attach(stay);
        _presence.Attach(stay);
        // What nobody was here for was not read.
        _recovery.Start();
    }

    public void Detach(Stay stay)
    {
        _stream.Detach(stay);
        _presence.Detach(stay);
    }

    /// <summary>What a joining client needs: what leads on from its revision, or a snapshot and what leads on from there. The feed has started.</summary>
    public async Task<CatchUp> ReadForJoinAsync(Revision? from) => from is { } revision
        ? _stream.TryJoin(revision) ?? await _document.ReadFrom(revision)
        : await _stream.ReadSnapshotAsync();

    /// <inheritdoc cref="PresenceStream.Show"/>
    public ImmutableArray<PresenceEntry> ShowPresence(Stay stay) => _presence.Show(stay);

    /// <summary>Tells the other connections of this document, here and elsewhere, what this session shows of itself.</summary>
    public Task UpdatePresenceAsync(PresenceEntry entry) => _presenceCalls.Update(entry);

    public ValueTask<ContentCheck> CheckAsync(SessionId session, Revision revision, uint hash) => _document.Check(session, revision, hash);

    /// <inheritdoc cref="StayCatchUp.RunAsync"/>
    public void BringUp(Stay stay, int turn) => _ = _catchUp.RunAsync(stay, turn);

    /// <inheritdoc cref="StayCatchUp.PostAsync"/>
    public Task<bool> PostAsync(Stay stay, int turn, ImmutableArray<CommittedOperation> operations) => _catchUp.PostAsync(stay, turn, operations);

    /// <summary>Renews the subscriptions and the presence of the sessions here, and finds out whether a push was lost before the call.</summary>
    public async Task RenewAsync()
    {
        lock (_gate)
        {
            _isToRenewAgain = true;
            if (_isRenewing)
                return;
            _isRenewing = true;
        }

        while (IsToRenew())
        {
            try
            {
                OnStanding(await ListenAsync());
                await _presence.RenewAsync(_self, _host);
            }
            catch (Exception failure)
            {
                // The next round tries again; until then pushes may be missing, and are read when they show as a gap.
                ErrorMetrics.Count(ErrorComponent.Delivery, "not_renewed");
                LogNotRenewed(Id, failure.GetType().Name);
            }
        }

        bool IsToRenew()
        {
            lock (_gate)
            {
                _isRenewing = _isToRenewAgain;
                _isToRenewAgain = false;
                return _isRenewing;
            }
        }
    }

    Task IDocumentSubscriber.Push(PushBatch batch)
    {
        if (batch.Operations.IsDefaultOrEmpty)
            return Task.CompletedTask;
        var spans = PushSpans(batch);
        _stream.Take(batch);
        foreach (var span in spans)
            span.Dispose();
        _recovery.Start();
        DeliveryMetrics.PushBatchSize.Observe(batch.Operations.Length);
        // Across machines clocks differ by a little: less than nothing is nothing.
        DeliveryMetrics.PushDuration.Observe(Math.Max(0, (_time.GetUtcNow() - batch.DurableAt).TotalSeconds));
        return Task.CompletedTask;
    }

    Task IDocumentSubscriber.PushPresence(PresenceBatch batch)
    {
        _presence.Take(batch);
        return Task.CompletedTask;
    }

    Task IDocumentSubscriber.Interrupt(DocumentId document, long epoch)
    {
        lock (_gate)
        {
            // Nobody is here whom the next activation would be for.
            if (_isResting)
            {
                _isSevered = true;
                return Task.CompletedTask;
            }
        }

        // Renewing wakes the next activation and compares heads: what this one's last push did not bring is read then.
        _ = RenewAsync();
        return Task.CompletedTask;
    }

    // One for each operation that is traced, not one for the batch: each trace is whole by itself then, and a batch can be of many.
    private TraceSpan[] PushSpans(PushBatch batch) => batch.Traces is { } traces ? PushSpans(traces, batch.Operations.Length) : [];

    private TraceSpan[] PushSpans(ImmutableArray<OperationTrace> traces, int operations) =>
        [.. traces.Select(trace => CollabActivities.Push(Id.Value, trace.Parent).Tag(SpanTag.Revision, trace.Revision.Value).Tag(SpanTag.Operations, operations))];

    private async Task SubscribeAsync()
    {
        OnStanding(await ListenAsync()
            ?? throw new InvalidOperationException($"Document {Id} admitted a session but can't be subscribed to: it does not exist."));
        await _presence.StartAsync(_self, _host);
    }

    // A silo of the version before knows only the calls of that version.
    private async Task<DocumentStanding?> ListenAsync()
    {
        try
        {
            return await _document.Listen(_self, _host);
        }
        catch (Exception failure) when (OlderSilo.DoesNotKnow(failure))
        {
            return await _document.Subscribe(_self);
        }
    }

    private void OnStanding(DocumentStanding? standing)
    {
        if (standing is null)
            return;
        lock (_gate)
            _epoch = Math.Max(_epoch, standing.Epoch);
        _stream.Learn(standing.Epoch, standing.Head);
        _recovery.Start();
    }
}
