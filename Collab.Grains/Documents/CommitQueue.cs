using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Collab.Contracts.Documents;
using Collab.Grains.Log;
using Collab.Observability;
using Collab.Operations;

namespace Collab.Grains.Documents;

/// <summary>
/// The operations of one document that are decided and not yet durable. One flush is in flight; what is decided meanwhile
/// goes with the next, so that a slow disk makes batches larger instead of queues longer.
/// </summary>
/// <remarks>
/// Used from one thread at a time (the grain's turns). A log that is away makes a pause, not a loss: the queue <see cref="IsStalled"/>, whoever waits is told so, and the very
/// same append is repeated until it is durable; what the log has already counts as durable, so nothing is doubled. Once <see cref="HasFailed"/>, the operations decided
/// since the last durable one are in doubt; the queue takes nothing more, and only a new activation, which reads the log, knows the truth.
/// </remarks>
/// <param name="onDurable">Called after each flush with what it made durable, in order.</param>
/// <param name="random">Spreads repetitions and retries; seeded in the simulation.</param>
/// <param name="company">Null: a flush never waits for more operations to go with it.</param>
public sealed class CommitQueue(
    ILogWriter writer,
    TimeProvider clock,
    DocumentId document,
    long epoch,
    Revision durable,
    IContent content,
    Action<ImmutableArray<CommittedOperation>> onDurable,
    Random? random = null,
    CompanyClock? company = null)
{
    /// <summary>A flush takes milliseconds. Whoever waited this long had better be told to come back than be kept.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>A few flushes of the writer, which by then has made room.</summary>
    private static readonly TimeSpan OverloadPause = TimeSpan.FromMilliseconds(20);

    /// <summary>Between repetitions: doubling from the one to the other. The writer's own pipeline has repeated before.</summary>
    private static readonly TimeSpan PauseStart = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan PauseLimit = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan AwayAtLeast = TimeSpan.FromMilliseconds(500);

    private readonly Random _random = random ?? Random.Shared;
    private readonly Company? _company = company is null ? null : new Company(company);
    private readonly List<LogRecord> _queued = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    // What belongs to a flush is let go when that is over: with one every few hundred milliseconds in each of many documents, whatever stays until the next is what the collector finds alive, and copies.
    private TaskCompletionSource<CommitOutcome>? _next;
    private TaskCompletionSource<CommitOutcome>? _flushing;
    private Task _running = Task.CompletedTask;
    private Task<AppendOutcome>? _append;
    private long _appendedAt;
    private Alarm? _patience;
    private bool _isWatched;
    private IContent _queuedContent = content;
    private long _pausedAt;
    private TimeSpan _pause;

    /// <summary>The newest revision that the log has.</summary>
    public Revision Durable { get; private set; } = durable;

    /// <summary>The document at <see cref="Durable"/>.</summary>
    public IContent DurableContent { get; private set; } = content;

    /// <summary>An append was refused, or given up.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Why, once <see cref="HasFailed"/>: another writer took the document over.</summary>
    public bool IsFenced { get; private set; }

    /// <summary>What ended the queue when it was neither the log nor the caller: a defect.</summary>
    public Exception? Defect { get; private set; }

    /// <summary>An append failed or takes too long, and is being repeated.</summary>
    public bool IsStalled { get; private set; }

    /// <summary>After what time something more may become durable; null while the log works, for all that is known. A little different each time, so that those who are told don't come back in step.</summary>
    public TimeSpan? AwayFor
    {
        get
        {
            if ((IsStalled ? _pause - clock.GetElapsedTime(_pausedAt) : writer.AwayFor) is not { } wait)
                return null;
            // A repetition may be under way by now; what becomes of it nobody knows.
            wait = wait > AwayAtLeast ? wait : AwayAtLeast;
            return wait + (wait * 0.5 * _random.NextDouble());
        }
    }

    /// <summary>Encoded bytes decided and not durable, the flush in flight included.</summary>
    public long UncommittedBytes { get; private set; }

    public int UncommittedCount { get; private set; }

    /// <summary>How long the newest flush took.</summary>
    public TimeSpan FlushTime { get; private set; }

    /// <summary>Completes when everything enqueued so far is durable, or it is known that this takes longer.</summary>
    public Task<CommitOutcome> Drained =>
        HasFailed ? Task.FromResult(CommitOutcome.InDoubt)
        : IsStalled ? Task.FromResult(CommitOutcome.Stalled)
        : UncommittedCount == 0 ? Task.FromResult(CommitOutcome.Durable)
        : _queued.Count > 0 ? TaskOf(ref _next) : TaskOf(ref _flushing);

    /// <summary>Takes a decided operation.</summary>
    /// <param name="content">The document after it.</param>
    /// <returns>Completes when it is durable, or it is known that this takes longer.</returns>
    public Task<CommitOutcome> Enqueue(LogRecord record, IContent content)
    {
        Add(record, content);
        return Flush();
    }

    /// <summary>Takes a decided operation, one of several that are to be flushed together: <see cref="Flush"/> has to follow in the same turn.</summary>
    /// <inheritdoc cref="Enqueue"/>
    public void Add(LogRecord record, IContent content)
    {
        if (HasFailed)
            throw new InvalidOperationException($"Document {document} takes no operations after its log failed at revision {Durable}.");
        _queued.Add(record);
        _queuedContent = content;
        UncommittedBytes += record.Encoded.Length;
        UncommittedCount++;
        _company?.Come(_queued.Count);
    }

    /// <summary>What was added goes with the next flush, which begins now unless one is in flight.</summary>
    /// <returns>Completes when it is durable, or it is known that this takes longer.</returns>
    public Task<CommitOutcome> Flush()
    {
        var flush = IsStalled ? Task.FromResult(CommitOutcome.Stalled) : TaskOf(ref _next);
        if (_running.IsCompleted)
            _running = FlushAllAsync();
        return flush;
    }

    /// <summary>Another writer has the document, as the log says: nothing more is taken.</summary>
    public void Fence()
    {
        IsFenced = true;
        End();
    }

    /// <summary>Waits until everything is durable, but no longer than <paramref name="limit"/>; then nothing more is taken, and what is not durable by then is in doubt.</summary>
    /// <returns>Whether everything is durable.</returns>
    public async Task<bool> CloseAsync(TimeSpan limit, CancellationToken cancellation)
    {
        try
        {
            await _running.WaitAsync(limit, clock, cancellation);
        }
        catch (Exception over) when (over is TimeoutException or OperationCanceledException)
        {
            // Nobody was told that it is durable; whoever sent it sends it again, and the next activation knows whether it arrived after all.
        }

        bool isDurable = UncommittedCount == 0 && !HasFailed;
        End();
        return isDurable;
    }

    /// <summary>Never throws: who waits for a flush must hear of its end, or waits for ever.</summary>
    /// <remarks>In one method, as long as all goes well: each that waited for another would cost four objects and a task of the grain's scheduler, for every flush.</remarks>
    private async Task FlushAllAsync()
    {
        // It goes on for whoever queues next: what it writes, pushes and logs is not part of the call that happened to start it.
        CollabActivities.Leave();
        try
        {
            while (_queued.Count > 0 && !HasFailed)
            {
                if (_company is not null && !IsStalled)
                    await _company.GatherAsync(_queued.Count);
                if (HasFailed)
                    break;
                var (records, content) = (_queued.ToArray(), _queuedContent);
                (_flushing, _next) = (_next, null);
                _queued.Clear();
                long started = clock.GetTimestamp();
                // The same object each time: the log recognises what it has byte for byte, the time of decision included.
                var append = new LogAppend(document, epoch, records, clock.GetUtcNow());
                try
                {
                    Take(await Watched(writer.AppendAsync(append)));
                }
                catch (Exception failure) when (IsOfLog(failure))
                {
                    await RepeatAsync(append, failure, started);
                }

                _append = null;
                FlushTime = clock.GetElapsedTime(started);
                OnFlushed(records, content);
            }
        }
        catch (Exception defect)
        {
            Defect = defect;
            End();
        }

        _running = Task.CompletedTask;
    }

    private void OnFlushed(LogRecord[] records, IContent content)
    {
        UncommittedCount -= records.Length;
        foreach (var record in records)
            UncommittedBytes -= record.Encoded.Length;
        if (HasFailed)
            return;
        IsStalled = false;
        Durable = records[^1].Revision;
        DurableContent = content;
        onDurable(Committed(records));
        _flushing?.TrySetResult(CommitOutcome.Durable);
        _flushing = null;
        _company?.Flushed(records.Length + _queued.Count);
    }

    private static ImmutableArray<CommittedOperation> Committed(LogRecord[] records)
    {
        var operations = new CommittedOperation[records.Length];
        for (int i = 0; i < records.Length; i++)
            operations[i] = records[i].Committed;
        return ImmutableCollectionsMarshal.AsImmutableArray(operations);
    }

    private void Take(AppendOutcome outcome)
    {
        if (outcome == AppendOutcome.Fenced)
            Fence();
        else if (outcome != AppendOutcome.Durable)
            End();
    }

    /// <summary>Makes an append again that failed, until it is durable or the queue has ended.</summary>
    /// <param name="started">When it was made first.</param>
    private async Task RepeatAsync(LogAppend append, Exception failure, long started)
    {
        for (int attempt = 0; ; attempt++)
        {
            if (OnFailed(failure, attempt, started) is not { } pause)
                return;
            await PauseAsync(pause);
            if (HasFailed)
                return;
            try
            {
                Take(await Watched(writer.AppendAsync(append)));
                return;
            }
            catch (Exception again) when (IsOfLog(again))
            {
                failure = again;
            }
        }
    }

    /// <returns>After what time there is a chance that it goes better; null: there is none.</returns>
    private TimeSpan? OnFailed(Exception failure, int attempt, long started)
    {
        if (failure is LogUnavailableException { Fault: LogFault.Stopping or LogFault.Corrupt })
        {
            End();
            return null;
        }

        if (failure is LogUnavailableException unavailable)
        {
            var pause = Backoff(attempt);
            Stall(unavailable.RetryAfter is { } after && after > pause ? after + (pause * 0.5) : pause);
        }
        else if (clock.GetElapsedTime(started) >= Patience)
        {
            // Overloaded: nothing was queued. Documents that are stalled don't have to hurry, or thousands of them would do nothing else.
            Stall(Backoff(attempt));
        }

        return IsStalled ? _pause : OverloadPause;
    }

    private static bool IsOfLog(Exception failure) => failure is LogOverloadedException or LogUnavailableException;

    /// <summary>Those who wait for the append hear when it takes too long.</summary>
    private Task<AppendOutcome> Watched(Task<AppendOutcome> append)
    {
        if (append.IsCompleted)
            return append;
        (_append, _appendedAt) = (append, clock.GetTimestamp());
        if (_patience is null)
            _ = WatchAsync(_patience = new Alarm(clock));
        if (!_isWatched)
            _patience.Set(Patience);
        _isWatched = true;
        return append;
    }

    /// <summary>Watches over the appends that are in flight, one after the other, and stalls the queue when one takes too long. The alarm is set once for as many as there are within <see cref="Patience"/>.</summary>
    private async Task WatchAsync(Alarm patience)
    {
        while (!HasFailed)
        {
            await patience.RingsAsync();
            // It may have come through since: on a busy machine this turn runs some time after the clock rang.
            var wait = _append is { IsCompleted: false } ? Patience - clock.GetElapsedTime(_appendedAt) : (TimeSpan?)null;
            _isWatched = wait > TimeSpan.Zero;
            if (_isWatched)
                patience.Set(wait!.Value);
            else if (wait is not null && !HasFailed)
                Stall(Patience);
        }
    }

    /// <param name="pause">When there is a chance that it is over.</param>
    private void Stall(TimeSpan pause)
    {
        IsStalled = true;
        (_pausedAt, _pause) = (clock.GetTimestamp(), pause);
        Answer(CommitOutcome.Stalled);
    }

    private void End()
    {
        HasFailed = true;
        _company?.End();
        _ended.TrySetResult();
        Answer(CommitOutcome.InDoubt);
    }

    /// <summary>Tells everybody who waits; those who come after wait for something new.</summary>
    private void Answer(CommitOutcome outcome)
    {
        _flushing?.TrySetResult(outcome);
        _next?.TrySetResult(outcome);
        (_flushing, _next) = (null, null);
    }

    // Half of it random.
    private TimeSpan Backoff(int attempt)
    {
        var pause = Math.Min(PauseLimit.TotalMilliseconds, PauseStart.TotalMilliseconds * Math.Pow(2, Math.Min(attempt, 10)));
        return TimeSpan.FromMilliseconds((pause / 2) + (_random.NextDouble() * pause / 2));
    }

    private async Task PauseAsync(TimeSpan pause) => await Task.WhenAny(Task.Delay(pause, clock), _ended.Task);

    // Waiting submissions must not run inside the flush loop.
    private static Task<CommitOutcome> TaskOf(ref TaskCompletionSource<CommitOutcome>? flush) =>
        (flush ??= new TaskCompletionSource<CommitOutcome>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
}
