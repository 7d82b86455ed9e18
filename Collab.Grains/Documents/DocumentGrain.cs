using System.Collections.Immutable;
using Collab.Contracts.Documents;
using Collab.Contracts.Fanout;
using Collab.Contracts.Refusals;
using Collab.Contracts.Sessions;
using Collab.Grains.Activity;
using Collab.Grains.Fanout;
using Collab.Grains.Log;
using Collab.Grains.Sessions;
using Collab.Observability;
using Collab.Operations;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Placement;

namespace Collab.Grains.Documents;

/// <summary>One document's place in the cluster: wakes it from the log, lends it the turns, pushes what became durable to the web hosts.</summary>
/// <remarks>Placed by load: documents differ by orders of magnitude in what they cost, and whoever calls one is spread over all web hosts anyway.</remarks>
[ResourceOptimizedPlacement]
public sealed partial class DocumentGrain(
    IOperationLog log,
    ILogWriter writer,
    CompanyClock company,
    DocumentLoader loader,
    PastReads past,
    ActiveDocuments documents,
    SharedSnapshots sharedSnapshots,
    ListeningHosts hosts,
    IOptions<DocumentOptions> options,
    ActivityWriter activities,
    IOptions<ActivityOptions> activityOptions,
    IOptions<SessionOptions> sessions,
    TimeProvider clock,
    ILoggerFactory loggers) : Grain, IDocumentGrain
{
    /// <summary>How long an activation that ends waits for a log that is away. It has acknowledged nothing of what it waits for, so clients send that again.</summary>
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LeastLeaseAge = TimeSpan.FromSeconds(90);

    private const int SessionsPageLimit = 1_000;

    private readonly ILogger _logger = loggers.CreateLogger<DocumentGrain>();
    private readonly HostSubscribers<IDocumentSubscriber> _subscribers = new(hosts, loggers.CreateLogger<HostSubscribers<IDocumentSubscriber>>());
    private DocumentId? _id;
    private LiveDocument? _live;
    private ActiveDocument? _active;
    private DocumentActivity? _activity;
    private LeaseSweep? _leases;
    private IGrainTimer? _burst;
    private Refusal? _notLoaded;

    // Kept: the runtime makes a new string of it each time that it is asked.
    private DocumentId Id => _id ??= new(this.GetPrimaryKeyString());

    private DocumentActivity Activity => _activity ??= new(activities, Id, activityOptions.Value, clock, () => _live?.Commits.Durable ?? Revision.Zero, WatchBurst);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        try
        {
            await LoadAsync(cancellationToken);
        }
        catch (LogUnavailableException failure)
        {
            // The activation stands, says so to whoever calls, and ends: the next one tries again.
            _notLoaded = failure.ToRefusal();
            ErrorMetrics.Count(ErrorComponent.Document, "not_loaded");
            LogNotLoaded(Id, failure.Message);
        }
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_live is not { } live)
            return;
        Activity.Close();
        _live = null;
        DocumentMetrics.Of(live.Description.Kind).Active.Dec();
        if (await live.Commits.CloseAsync(CloseLimit, cancellationToken))
            await live.Snapshots.CloseAsync(live.Commits.Durable, live.Commits.DurableContent);
        _subscribers.Push((Id, live.Description.Epoch), static (subscriber, ended) => subscriber.Interrupt(ended.Id, ended.Epoch));
        live.Shared.LetGo();
        _active?.Leave();
        LogClosed(Id, live.Description.Epoch, live.Commits.Durable, reason.ReasonCode);
    }

    public async Task<Creation> Create(NewDocument document)
    {
        if (Unavailable() is { } refusal)
            return new Creation(null, false, refusal);
        if (DocumentKinds.Find(document.Kind) is null)
            return Refuse(RefusalReason.Malformed, $"There is no document kind {document.Kind}; there are {string.Join(", ", DocumentKinds.All.Select(kind => kind.Name))}.");
        if (document.Title.Length > NewDocument.TitleLimit)
            return Refuse(RefusalReason.Malformed, $"The title has {document.Title.Length} characters, over the limit of {NewDocument.TitleLimit}.");
        if (!PlainText.IsText(document.Title))
            return Refuse(RefusalReason.Malformed, "The title is no text: it has U+0000 or a lone surrogate.");
        if (!DocumentId.IsValid(Id.Value))
            return Refuse(RefusalReason.Malformed, $"A document's id has 1 to {DocumentId.LengthLimit} characters of A-Z a-z 0-9 . _ ~ -");

        bool isNew = false;
        try
        {
            if (_live is null)
            {
                (_, isNew) = await log.CreateAsync(Id, document, clock.GetUtcNow(), null, CancellationToken.None);
                await LoadAsync(CancellationToken.None);
            }
        }
        catch (LogUnavailableException failure)
        {
            return new Creation(null, false, failure.ToRefusal());
        }

        if (_notLoaded is { } full)
            return new Creation(null, false, full);
        if (isNew)
        {
            DocumentMetrics.Of(document.Kind).Created.Inc();
            Activity.Created(document.Kind);
        }

        var existing = _live!.Description;
        return existing.Kind == document.Kind && existing.Policy == document.Policy
            ? new Creation(existing, isNew)
            : Refuse(RefusalReason.DocumentExists, $"Document {Id} exists with kind {existing.Kind} and policy {RefusalReasons.SnakeCase(existing.Policy.ToString())}.");

        static Creation Refuse(RefusalReason reason, string detail) => new(null, false, new Refusal(reason, detail));
    }

    // A damaged document is described all the same: where it begins and ends is what whoever saves the rest has to know.
    public async Task<DocumentDescription?> Describe() =>
        _notLoaded is { Reason: RefusalReason.DocumentDamaged } ? await log.DescribeAsync(Id, CancellationToken.None) : Available()?.Description;

    public async Task<Admission> Admit(SessionId session, string author)
    {
        if (CannotServe() is { } refusal)
            return new Admission(null, 0, 0, Revision.Zero, refusal);
        try
        {
            var admission = await _live!.AdmitAsync(session, author);
            if (admission.Refusal?.Reason == RefusalReason.TooManySessions)
            {
                await SweepLeasesAsync();
                admission = CannotServe() is { } gone ? new Admission(null, 0, 0, Revision.Zero, gone) : await _live!.AdmitAsync(session, author);
            }

            if (admission.Refusal is null)
            {
                Activity.Entered(session);
                _leases?.See(session);
            }

            return admission;
        }
        catch (LogUnavailableException failure)
        {
            return new Admission(null, 0, 0, Revision.Zero, failure.ToRefusal());
        }
        finally
        {
            EndIfFailed();
        }
    }

    public Task Dismiss(SessionId session, long lease)
    {
        if (_live?.Dismiss(session, lease) == true)
            Activity.Left(session);
        return Task.CompletedTask;
    }

    public Task<bool> Holds(SessionId session, long epoch, long lease) =>
        Task.FromResult(_live is { } live && live.Description.Epoch == epoch && live.Holds(session, lease));

    public Task<SessionsPage> ListSessions(SessionId? after, int limit)
    {
        var people = _live?.Leases.Select(lease => lease.Key).Where(session => !session.IsApi).OrderBy(session => session.Value, StringComparer.Ordinal).ToList() ?? [];
        limit = Math.Clamp(limit, 1, SessionsPageLimit);
        var rest = after is { } last ? people.Where(session => string.CompareOrdinal(session.Value, last.Value) > 0) : people;
        SessionId[] page = [.. rest.Take(limit + 1)];
        return Task.FromResult(new SessionsPage([.. page.Take(limit)], people.Count, page.Length > limit));
    }

    public async Task<SubmitOutcome> Submit(Submission submission)
    {
        if (CannotServe() is { } refusal)
            return new SubmitOutcome(Revision.Zero, Refusal: refusal);
        try
        {
            return await _live!.SubmitAsync(submission);
        }
        catch (LogUnavailableException failure)
        {
            return new SubmitOutcome(Revision.Zero, Refusal: failure.ToRefusal());
        }
        finally
        {
            EndIfFailed();
        }
    }

    public Task<BatchOutcome> Offer(SubmissionBatch batch) =>
        CannotServe() is { } refusal ? Task.FromResult(new BatchOutcome([], refusal)) : _live!.OfferAsync(batch);

    public Task<CatchUp> ReadFrom(Revision? from) => ReadAsync(live => live.ReadFromAsync(from));

    public async Task<DocumentContent> ReadContent(Revision? at)
    {
        var refusal = CannotServe();
        if (at is { } revision && (refusal is not null || revision != _live!.Commits.Durable))
            return await past.ReadAsync(Id, revision);
        return refusal is null ? await _live!.ReadContentAsync() : new DocumentContent(null, 0, refusal);
    }

    public Task<CatchUp> ReadOperations(Revision from, int limit) => ReadAsync(live => live.ReadOperationsAsync(from, limit));

    public Task<ContentCheck> Check(SessionId session, Revision revision, uint hash)
    {
        if (CannotServe() is { } refusal)
            return Task.FromResult(new ContentCheck(null, refusal));
        var check = _live!.Check(revision, hash);
        if (check.IsMatch == false)
        {
            ErrorMetrics.Count(ErrorComponent.Document, "diverged");
            LogMismatch(Id, revision, session, check.Refusal!.Detail, _live.Commits.DurableContent.Length);
        }

        return Task.FromResult(check);
    }

    public Task<ImmutableArray<ConflictRecord>> RecentConflicts() => Task.FromResult(Available()?.RecentConflicts ?? []);

    public Task<DocumentStanding?> Listen(IDocumentSubscriber subscriber, IListeningHost host) => ListenAt(subscriber, host);

    public Task<DocumentStanding?> Subscribe(IDocumentSubscriber subscriber) => ListenAt(subscriber, null);

    public Task Unsubscribe(IDocumentSubscriber subscriber)
    {
        _subscribers.Remove(subscriber);
        return Task.CompletedTask;
    }

    private Task SweepLeasesAsync() => _live is { } live && _leases is { } sweep ? sweep.RunAsync(live.Leases, (session, lease) => _ = Dismiss(session, lease)) : Task.CompletedTask;

    private async Task<bool> IsOpenAsync(SessionId session) =>
        !session.IsApi && await GrainFactory.GetGrain<ISessionGrain>(session.Value).Describe() is { } open && open.Document == Id;

    private Task<DocumentStanding?> ListenAt(IDocumentSubscriber subscriber, IListeningHost? host)
    {
        if (Available() is not { } live)
            return Task.FromResult<DocumentStanding?>(null);
        _subscribers.Renew(subscriber, host);
        return Task.FromResult<DocumentStanding?>(new DocumentStanding(live.Description.Epoch, live.Commits.Durable));
    }

    private async Task LoadAsync(CancellationToken cancellation)
    {
        _active = documents.Enter(GrainContext, Use, out _notLoaded);
        try
        {
            if (_active is not null)
                await LoadAsync(_active, cancellation);
        }
        finally
        {
            if (_live is null)
            {
                _active?.Leave();
                _active = null;
            }
        }
    }

    private async Task LoadAsync(ActiveDocument active, CancellationToken cancellation)
    {
        long started = clock.GetTimestamp();
        if (await log.OpenAsync(Id, cancellation) is not { } document)
            return;
        var kind = DocumentKinds.Find(document.Kind)
            ?? throw new InvalidDataException($"Document {Id} has kind {document.Kind}, which this build does not know.");
        // Written by a newer version: to take it for one of the known would resolve conflicts otherwise than was promised.
        if (!Enum.IsDefined(document.Policy))
            throw new InvalidDataException($"Document {Id} has conflict policy {document.Policy}, which this build does not know.");
        var loaded = await loader.LoadAsync(document, kind, options.Value, cancellation);
        var authority = loaded.Authority;
        var history = new HistoryRetention(log, Id, kind, options.Value, clock, document.Start, loggers.CreateLogger<HistoryRetention>());
        var snapshots = new SnapshotKeeper(log, Id, kind, options.Value, clock, history, loggers.CreateLogger<SnapshotKeeper>(), kept: Activity.Kept);
        var traces = new OperationTraces();
        CommitQueue commits = null!;
        commits = new CommitQueue(writer, clock, Id, document.Epoch, authority.Head, authority.Content, operations =>
        {
            OnDurable(document.Epoch, commits, snapshots, operations, traces);
            active.Count(operations.Length);
            active.Measure(authority);
        }, company: company);
        _live = new LiveDocument(document, kind, authority, commits, snapshots, new SharedSnapshot(sharedSnapshots.Budget), log, options.Value, clock, Activity.Conflicted, traces, EndIfFailed);
        active.Loaded(authority);
        snapshots.Begin(loaded);
        WatchLeases();
        DocumentMetrics.Of(kind.Name).Active.Inc();
        DocumentMetrics.Of(kind.Name).LoadSeconds.Observe(clock.GetElapsedTime(started).TotalSeconds);
        DocumentMetrics.Of(kind.Name).SizeBytes.Observe(authority.Content.Bytes);
    }

    // Asked from any thread. While it is loaded it is somebody's: whoever had it loaded.
    private DocumentUse Use()
    {
        int hosts = _subscribers.Count;
        return _live is { } live ? new DocumentUse(live.IsInUse || hosts > 0, live.SessionsCount, hosts, live.Commits.FlushTime) : new DocumentUse(true, 0, hosts, TimeSpan.Zero);
    }

    private void OnDurable(long epoch, CommitQueue commits, SnapshotKeeper snapshots, ImmutableArray<CommittedOperation> operations, OperationTraces traces)
    {
        var batch = new PushBatch(Id, epoch, operations, clock.GetUtcNow(), traces.Take(operations[^1].Revision));
        _subscribers.Push(batch, static (subscriber, batch) => subscriber.Push(batch));
        long bytes = 0;
        foreach (var operation in operations)
            bytes += operation.Encoded.Length;
        snapshots.OnDurable(commits.Durable, commits.DurableContent, bytes);
    }

    // A session whose grain was lost is made known again by its host within a minute or so: asked for sooner, it would seem to be over.
    private void WatchLeases()
    {
        var age = sessions.Value.Grace > LeastLeaseAge ? sessions.Value.Grace : LeastLeaseAge;
        _leases = new LeaseSweep(age, IsOpenAsync, clock);
        this.RegisterGrainTimer(SweepLeasesAsync, new GrainTimerCreationOptions(LeaseSweep.Period, LeaseSweep.Period) { Interleave = true });
    }

    private void WatchBurst(TimeSpan period) => _burst = this.RegisterGrainTimer(
        () =>
        {
            if (Activity.EndBurst())
                _burst?.Dispose();
            return Task.CompletedTask;
        },
        new GrainTimerCreationOptions(period, period) { Interleave = true });

    private async Task<CatchUp> ReadAsync(Func<LiveDocument, Task<CatchUp>> read)
    {
        if (CannotServe() is { } refusal)
            return new CatchUp(null, [], Revision.Zero, 0, refusal);
        try
        {
            return await read(_live!);
        }
        catch (LogUnavailableException failure)
        {
            return new CatchUp(null, [], Revision.Zero, 0, failure.ToRefusal());
        }
    }

    // The document if there is one; an exception while its log can't be reached.
    private LiveDocument? Available() => Unavailable() is { } refusal ? throw new LogUnavailableException(refusal.Detail, retryAfter: refusal.RetryAfter) : _live;

    private Refusal? Unavailable()
    {
        EndIfFailed();
        _active?.Touch();
        if (_notLoaded is { } refusal)
            return refusal;
        return _live is { Commits.HasFailed: true }
            ? new Refusal(RefusalReason.StorageUnavailable, $"The log of document {Id} failed; it is being reloaded.")
            : null;
    }

    private Refusal? CannotServe() => Unavailable() ?? (_live is null ? new Refusal(RefusalReason.DocumentNotFound, $"There is no document {Id}.") : null);

    private void EndIfFailed()
    {
        if (_notLoaded is null && _live is not { Commits.HasFailed: true })
            return;
        if (_live is { Commits.IsFenced: true } live)
        {
            ErrorMetrics.Count(ErrorComponent.Document, "fenced");
            LogFenced(Id, live.Description.Epoch, live.Commits.Durable);
        }

        if (_live?.Commits.Defect is { } defect)
        {
            ErrorMetrics.Count(ErrorComponent.Document, "defect");
            LogDefect(defect, Id, _live.Commits.Durable);
        }

        DeactivateOnIdle();
    }
}
