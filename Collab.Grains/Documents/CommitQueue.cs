using System.Collections.Immutable;
using Collab.Contracts.Documents;
using Collab.Grains.Log;
using Collab.Operations;

namespace Collab.Grains.Documents;

/// <summary>
/// The operations of one document that are decided and not yet durable. One flush is in flight; what is decided meanwhile
/// goes with the next, so that a slow disk makes batches larger instead of queues longer.
/// </summary>
/// <remarks>
/// Used from one thread at a time (the grain's turns). Once <see cref="HasFailed"/>, the operations decided since the last
/// durable one are in doubt; the queue takes nothing more, and only a new activation, which reads the log, knows the truth.
/// </remarks>
/// <param name="onDurable">Called after each flush with what it made durable, in order.</param>
public sealed class CommitQueue(
    ILogWriter writer, TimeProvider clock, DocumentId document, long epoch, Revision durable, IContent content, Action<ImmutableArray<CommittedOperation>> onDurable)
{
    /// <summary>A few flushes of the writer, which by then has made room.</summary>
    private static readonly TimeSpan OverloadPause = TimeSpan.FromMilliseconds(20);

    private readonly List<LogRecord> _queued = [];
    private TaskCompletionSource<bool> _next = NewFlush();
    private Task? _running;
    private IContent _queuedContent = content;

    /// <summary>The newest revision that the log has.</summary>
    public Revision Durable { get; private set; } = durable;

    /// <summary>The document at <see cref="Durable"/>.</summary>
    public IContent DurableContent { get; private set; } = content;

    /// <summary>An append was refused or its outcome is unknown.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Why, once <see cref="HasFailed"/>: another writer took the document over, rather than the store being away.</summary>
    public bool IsFenced { get; private set; }

    /// <summary>Encoded bytes decided and not durable, the flush in flight included.</summary>
    public long UncommittedBytes { get; private set; }

    public int UncommittedCount { get; private set; }

    /// <summary>Completes when everything enqueued so far is durable (true), or in doubt (false).</summary>
    public Task<bool> Drained => UncommittedCount == 0 ? Task.FromResult(!HasFailed) : (_queued.Count > 0 ? _next.Task : InFlight);

    private Task<bool> InFlight { get; set; } = Task.FromResult(true);

    /// <summary>Takes a decided operation.</summary>
    /// <param name="content">The document after it.</param>
    /// <returns>Completes with true when it is durable, with false when that is in doubt.</returns>
    public Task<bool> Enqueue(LogRecord record, IContent content)
    {
        if (HasFailed)
            throw new InvalidOperationException($"Document {document} takes no operations after its log failed at revision {Durable}.");
        _queued.Add(record);
        _queuedContent = content;
        UncommittedBytes += record.Encoded.Length;
        UncommittedCount++;
        var flush = _next.Task;
        if (_running is not { IsCompleted: false })
            _running = FlushAllAsync();
        return flush;
    }

    /// <summary>Another writer has the document, as the log says: nothing more is taken.</summary>
    public void Abandon() => HasFailed = IsFenced = true;

    private async Task FlushAllAsync()
    {
        while (_queued.Count > 0 && !HasFailed)
        {
            var (flush, records, content) = (_next, _queued.ToArray(), _queuedContent);
            (_next, InFlight) = (NewFlush(), flush.Task);
            _queued.Clear();
            bool isDurable = await AppendAsync(records);
            UncommittedCount -= records.Length;
            UncommittedBytes -= records.Sum(record => (long)record.Encoded.Length);
            if (isDurable)
            {
                Durable = records[^1].Revision;
                DurableContent = content;
                onDurable([.. records.Select(record => new CommittedOperation(record.Revision, record.Session, record.Sequence, record.Encoded))]);
            }

            flush.SetResult(isDurable);
        }

        if (HasFailed)
            _next.TrySetResult(false);
    }

    private async Task<bool> AppendAsync(LogRecord[] records)
    {
        var append = new LogAppend(document, epoch, records, clock.GetUtcNow());
        while (!HasFailed)
        {
            try
            {
                var outcome = await writer.AppendAsync(append);
                HasFailed |= outcome != AppendOutcome.Durable;
                IsFenced |= outcome == AppendOutcome.Fenced;
                break;
            }
            catch (LogOverloadedException)
            {
                // Nothing was queued, so the same append may come again; what is decided meanwhile is bounded by the document's own limit.
                await Task.Delay(OverloadPause, clock);
            }
            catch (LogUnavailableException)
            {
                HasFailed = true;
            }
        }

        return !HasFailed;
    }

    // Waiting submissions must not run inside the flush loop.
    private static TaskCompletionSource<bool> NewFlush() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
