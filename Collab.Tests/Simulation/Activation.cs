using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Grains.Documents;
using Collab.Grains.Log;
using Collab.Observability;
using Microsoft.Extensions.Logging.Abstractions;

namespace Collab.Tests.Simulation;

/// <summary>One life of the document's authority: what the grain is, without Orleans.</summary>
internal sealed class Activation : ILogWriter
{
    private static readonly Task<AppendOutcome> Never = new TaskCompletionSource<AppendOutcome>().Task;

    private readonly Scheduler _scheduler;
    private readonly FaultyLog _log;
    private readonly Sabotage _sabotage;
    private readonly Trace _trace;
    private TimeSpan _awayUntil;

    private Activation(Scheduler scheduler, FaultyLog log, Sabotage sabotage, Trace trace) =>
        (_scheduler, _log, _sabotage, _trace) = (scheduler, log, sabotage, trace);

    public LiveDocument Live { get; private set; } = null!;

    public DocumentAuthority Authority { get; private set; } = null!;

    /// <summary>Its silo is gone: what it says reaches nobody, and what it was about to append is appended or not.</summary>
    public bool IsCrashed { get; set; }

    /// <summary>As a breaker would say it.</summary>
    public TimeSpan? AwayFor => _awayUntil > _scheduler.Now ? _awayUntil - _scheduler.Now : null;

    /// <summary>Whether the runtime would give a call to another activation by now.</summary>
    public bool IsOver => IsCrashed || Live.Commits.HasFailed;

    public static async Task<Activation> LoadAsync(
        Scheduler scheduler, Scenario scenario, FaultyLog log, Sabotage sabotage, Trace trace, DocumentId id, Action<Activation, PushBatch> onDurable)
    {
        var activation = new Activation(scheduler, log, sabotage, trace);
        var clock = new SimulatedClock(scheduler);
        var kind = sabotage.Kind(scenario.Kind);
        var document = (await log.OpenAsync(id, CancellationToken.None))!;
        var loader = new DocumentLoader(log, NullLogger<DocumentLoader>.Instance);
        var loaded = await loader.LoadAsync(document, kind, scenario.Options, CancellationToken.None);
        activation.Authority = loaded.Authority;
        var turns = TaskScheduler.FromCurrentSynchronizationContext();
        var history = new HistoryRetention(log, id, kind, scenario.Options, clock, document.Start, NullLogger<HistoryRetention>.Instance, pieceOperations: 3, turns);
        var snapshots = new SnapshotKeeper(log, id, kind, scenario.Options, clock, history, NullLogger<SnapshotKeeper>.Instance, turns);
        CommitQueue commits = null!;
        commits = new CommitQueue(activation, clock, id, document.Epoch, activation.Authority.Head, activation.Authority.Content, operations =>
        {
            onDurable(activation, new PushBatch(id, document.Epoch, operations, clock.GetUtcNow()));
            snapshots.OnDurable(commits.Durable, commits.DurableContent, operations.Sum(operation => (long)operation.Encoded.Length));
        }, scheduler.Random);
        snapshots.Begin(loaded);
        var shared = new SharedSnapshot(new CacheBudget(new CacheMetrics("simulation"), long.MaxValue), turns);
        activation.Live = new LiveDocument(document, kind, activation.Authority, commits, snapshots, shared, log, scenario.Options, clock);
        return activation;
    }

    public async Task<AppendOutcome> AppendAsync(LogAppend append)
    {
        if (IsCrashed && _scheduler.Chance(0.5))
            return await Never;
        if (_sabotage.IsAppendLost(append))
            return AppendOutcome.Durable;
        AppendOutcome outcome;
        try
        {
            outcome = (await _log.AppendAsync([append], CancellationToken.None))[0];
        }
        catch (LogUnavailableException)
        {
            _trace.Count("append failed");
            if (_scheduler.Chance(0.2))
                _awayUntil = _scheduler.Now + TimeSpan.FromSeconds(2);
            throw;
        }

        if (outcome != AppendOutcome.Durable)
            _trace.Count($"append {outcome}");
        return outcome;
    }
}
