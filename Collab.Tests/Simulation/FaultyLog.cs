using System.Collections.Immutable;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Grains.Log;

namespace Collab.Tests.Simulation;

/// <summary>The memory log behind delays and failures: before anything happened, and after it did.</summary>
internal sealed class FaultyLog(Scheduler scheduler, Scenario scenario, MemoryOperationLog log, Trace trace) : IOperationLog
{
    private readonly HashSet<Revision> _damaged = [];
    private readonly List<LogRecord> _trimmed = [];
    private TimeSpan _awayUntil;

    /// <summary>False once the run comes to its end: then everything works.</summary>
    public bool IsFaulty { get; set; } = true;

    /// <summary>What the log had and gave up, in order.</summary>
    public IReadOnlyList<LogRecord> Trimmed => _trimmed;

    private bool IsAway => IsFaulty && scheduler.Now < _awayUntil;

    public string Store => log.Store;

    public bool IsDamaged(Revision snapshot) => _damaged.Contains(snapshot);

    /// <summary>Lets the log be away from time to time.</summary>
    public void Start()
    {
        if (scenario.OutageEvery == TimeSpan.Zero)
            return;
        scheduler.After(scheduler.About(scenario.OutageEvery), () =>
        {
            if (!IsFaulty)
                return;
            _awayUntil = scheduler.Now + scheduler.About(scenario.Outage);
            trace.Add($"the log is away until {_awayUntil}");
            trace.Count("outage");
            Start();
        });
    }

    public ValueTask<(DocumentDescription Document, bool IsNew)> CreateAsync(
        DocumentId id, NewDocument document, DateTimeOffset at, LogStart? start, CancellationToken cancellation) =>
        CallAsync(() => log.CreateAsync(id, document, at, start, cancellation));

    public ValueTask<DocumentDescription?> OpenAsync(DocumentId id, CancellationToken cancellation) => CallAsync(() => log.OpenAsync(id, cancellation));

    public ValueTask<DocumentDescription?> DescribeAsync(DocumentId id, CancellationToken cancellation) => CallAsync(() => log.DescribeAsync(id, cancellation));

    public ValueTask<(ImmutableArray<DocumentDescription> Documents, string? Next)> ListAsync(string? after, int limit, CancellationToken cancellation) =>
        CallAsync(() => log.ListAsync(after, limit, cancellation));

    public async ValueTask<ImmutableArray<AppendOutcome>> AppendAsync(IReadOnlyList<LogAppend> appends, CancellationToken cancellation)
    {
        var outcomes = await CallAsync(() => log.AppendAsync(appends, cancellation));
        if (!IsFaulty || !scheduler.Chance(scenario.AppendLies))
            return outcomes;
        await scheduler.Delay(scheduler.About(scenario.LogDelay));
        throw new LogUnavailableException("The log answered too late.");
    }

    public ValueTask<ImmutableArray<LogRecord>> ReadAsync(DocumentId id, Revision from, int limit, long bytesLimit, CancellationToken cancellation) =>
        CallAsync(() => log.ReadAsync(id, from, limit, bytesLimit, cancellation));

    public ValueTask<AppliedSequence?> FindAsync(DocumentId id, SessionId session, long? sequence, CancellationToken cancellation) =>
        CallAsync(() => log.FindAsync(id, session, sequence, cancellation));

    public async ValueTask<LogSnapshot?> ReadSnapshotAsync(DocumentId id, Revision atOrBefore, CancellationToken cancellation)
    {
        var snapshot = await CallAsync(() => log.ReadSnapshotAsync(id, atOrBefore, cancellation));
        if (snapshot is null || !_damaged.Contains(snapshot.Revision))
            return snapshot;
        trace.Count("damaged snapshot read");
        // What a checksum tells, what only the content's own hash tells, and what can't be decoded.
        return scheduler.Random.Next(3) switch
        {
            0 => snapshot with { Damage = "a bit flipped" },
            1 => snapshot with { ContentHash = snapshot.ContentHash + 1 },
            _ => snapshot with { Content = snapshot.Content[..(snapshot.Content.Length / 2)] },
        };
    }

    public ValueTask<ImmutableArray<SnapshotEntry>> ListSnapshotsAsync(DocumentId id, CancellationToken cancellation) =>
        CallAsync(() => log.ListSnapshotsAsync(id, cancellation));

    public async ValueTask WriteSnapshotAsync(DocumentId id, LogSnapshot snapshot, long milestoneOperations, CancellationToken cancellation) => await CallAsync(async () =>
    {
        bool isNew = (await log.ListSnapshotsAsync(id, cancellation)).All(kept => kept.Revision != snapshot.Revision);
        await log.WriteSnapshotAsync(id, snapshot, milestoneOperations, cancellation);
        _damaged.Remove(snapshot.Revision);
        if (isNew)
            Damage(snapshot.Revision);
        return true;
    });

    public ValueTask<LogStart?> ReadStartAsync(DocumentId id, CancellationToken cancellation) => CallAsync(() => log.ReadStartAsync(id, cancellation));

    public ValueTask<bool> TrimAsync(DocumentId id, Revision to, int limit, CancellationToken cancellation) => CallAsync(async () =>
    {
        var start = (await log.DescribeAsync(id, cancellation))!.Start;
        var given = to > start ? await log.ReadAsync(id, start, (int)(to - start), long.MaxValue, cancellation) : [];
        bool remains = await log.TrimAsync(id, to, limit, cancellation);
        _trimmed.AddRange(given);
        trace.Count("trim", given.Length > 0 ? 1 : 0);
        if (given.Length > 0)
            trace.Add($"the log gives up what lies before {to}");
        return remains;
    });

    // Never one that may be the document's start by now: damage there is a document lost, and nothing to come to rest from.
    private void Damage(Revision revision)
    {
        if (!IsFaulty || !scheduler.Chance(scenario.SnapshotDamage))
            return;
        _damaged.Add(revision);
        trace.Add($"the snapshot at {revision} gets damaged");
    }

    private async ValueTask<T> CallAsync<T>(Func<ValueTask<T>> call)
    {
        await scheduler.Delay(scheduler.About(scenario.LogDelay));
        while (IsAway && scheduler.Chance(scenario.OutageHangs))
            await scheduler.Delay(_awayUntil - scheduler.Now);
        if (IsAway || (IsFaulty && scheduler.Chance(scenario.LogFails)))
            throw new LogUnavailableException("The log can't be reached.");
        return await call();
    }
}
