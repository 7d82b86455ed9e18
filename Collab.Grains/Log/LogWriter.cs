using System.Diagnostics;
using System.Threading.Channels;
using Collab.Observability;
using Collab.Resilience;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Prometheus;

namespace Collab.Grains.Log;

/// <summary>
/// Group commit. One loop takes what has queued, from all documents, and hands it to the store as one transaction; what queues
/// meanwhile goes with the next. So a disk sync is shared by as many operations as arrive while the previous one runs, and an
/// idle system pays no waiting.
/// </summary>
/// <remarks>
/// Keeps: appends reach the store in the order of the calls; each call completes exactly once; the bytes queued and under way stay
/// within <see cref="LogOptions.QueueBytesLimit"/>.
/// </remarks>
public sealed partial class LogWriter : ILogWriter, IAsyncDisposable
{
    // What an entry costs beside its operations: record, list, completion. An estimate, so that many tiny appends count too.
    private const int EntryBytes = 256;

    private readonly IOperationLog _log;
    private readonly LogOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<LogWriter> _logger;
    private readonly Pipeline? _pipeline;
    private readonly Channel<Entry> _queue = Channel.CreateUnbounded<Entry>(new() { SingleReader = true });
    private readonly Gauge.Child _queueDepth;
    private readonly Histogram.Child _batchSize;
    private readonly Counter.Child _records;
    private readonly Counter.Child _durable;
    private readonly Histogram.Child _durableSeconds;
    private readonly Counter.Child _failed;
    private readonly Histogram.Child _failedSeconds;
    private readonly Task _loop;
    private long _bytesHeld;
    private long _bytesWaiting;
    private int _operationsWaiting;
    private TaskCompletionSource? _company;
    private volatile bool _isStopping;

    /// <param name="pipeline">What <paramref name="log"/> goes through, if it goes through one: its breaker knows when the log is away.</param>
    public LogWriter(
        IOperationLog log, IOptions<LogOptions> options, TimeProvider time, ILogger<LogWriter> logger, [FromKeyedServices(PipelineName.LogAppend)] Pipeline? pipeline = null)
    {
        _log = log;
        _options = options.Value;
        _time = time;
        _logger = logger;
        _pipeline = pipeline;
        _queueDepth = LogMetrics.QueueDepth.WithLabels(log.Store);
        _batchSize = LogMetrics.BatchSize.WithLabels(log.Store);
        _records = LogMetrics.Records.WithLabels(log.Store);
        (_durable, _durableSeconds) = (LogMetrics.Batches.WithLabels(log.Store, "durable"), LogMetrics.BatchSeconds.WithLabels(log.Store, "durable"));
        (_failed, _failedSeconds) = (LogMetrics.Batches.WithLabels(log.Store, "failed"), LogMetrics.BatchSeconds.WithLabels(log.Store, "failed"));
        // Not in the caller's context: a grain that happens to resolve the writer first must not lend it its scheduler for life, nor its trace.
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Bytes waiting and under way, in the measure of <see cref="LogOptions.QueueBytesLimit"/>.</summary>
    public long BytesQueued => Volatile.Read(ref _bytesHeld);

    public TimeSpan? AwayFor => _pipeline?.RefusesFor;

    public Task<AppendOutcome> AppendAsync(LogAppend append)
    {
        var entry = new Entry(append);
        var held = Interlocked.Add(ref _bytesHeld, entry.Bytes);
        if (held > _options.QueueBytesLimit && held > entry.Bytes)
        {
            Interlocked.Add(ref _bytesHeld, -entry.Bytes);
            LimitMetrics.Reached(Limit.LogQueueBytes);
            return Task.FromException<AppendOutcome>(new LogOverloadedException(held - entry.Bytes, _options.QueueBytesLimit));
        }

        Interlocked.Add(ref _bytesWaiting, entry.Bytes);
        Interlocked.Add(ref _operationsWaiting, append.Records.Count);
        _queueDepth.Inc();
        if (!_queue.Writer.TryWrite(entry))
        {
            Taken(entry);
            Interlocked.Add(ref _bytesHeld, -entry.Bytes);
            return Task.FromException<AppendOutcome>(
                new LogUnavailableException("The log writer is stopping; nothing was appended.", fault: LogFault.Stopping));
        }

        if (HasFullBatch)
            Volatile.Read(ref _company)?.TrySetResult();
        return entry.Completion.Task;
    }

    /// <summary>Refuses further appends and completes when everything queued before is in the log, or failed.</summary>
    public Task StopAsync()
    {
        _isStopping = true;
        _queue.Writer.TryComplete();
        Volatile.Read(ref _company)?.TrySetResult();
        return _loop;
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private bool HasFullBatch =>
        Volatile.Read(ref _operationsWaiting) >= _options.FlushOperationsLimit || Volatile.Read(ref _bytesWaiting) >= _options.FlushBytesLimit;

    private async Task RunAsync()
    {
        CollabActivities.Leave();
        List<Entry> batch = [];
        while (await _queue.Reader.WaitToReadAsync())
        {
            if (_options.FlushInterval > TimeSpan.Zero)
                await WaitForCompanyAsync();
            Fill(batch);
            await CommitAsync(batch);
            batch.Clear();
        }
    }

    /// <summary>Up to the flush interval, cut short by a full batch or by stopping.</summary>
    private async Task WaitForCompanyAsync()
    {
        var company = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _company, company);
        // Looked at after publishing the source: an append or a stop that came before found none to complete.
        if (!HasFullBatch && !_isStopping)
        {
            using var over = new CancellationTokenSource(_options.FlushInterval, _time);
            await using var registration = over.Token.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), company);
            await company.Task;
        }

        Volatile.Write(ref _company, null);
    }

    private void Fill(List<Entry> batch)
    {
        var operations = 0;
        var bytes = 0L;
        while (_queue.Reader.TryPeek(out var entry))
        {
            operations += entry.Append.Records.Count;
            bytes += entry.Bytes;
            if (batch.Count > 0 && (operations > _options.FlushOperationsLimit || bytes > _options.FlushBytesLimit))
                break;
            _queue.Reader.TryRead(out _);
            Taken(entry);
            batch.Add(entry);
        }
    }

    private async Task CommitAsync(List<Entry> batch)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            var outcomes = await _log.AppendAsync(batch.ConvertAll(entry => entry.Append), CancellationToken.None);
            Count(_durable, _durableSeconds, start);
            _batchSize.Observe(batch.Sum(entry => entry.Append.Records.Count));
            for (var i = 0; i < batch.Count; i++)
                Complete(batch[i], outcomes[i]);
        }
        catch (LogUnavailableException failure) when (failure.Fault != LogFault.Corrupt || batch.Count == 1)
        {
            ErrorMetrics.Count(ErrorComponent.Log, "not_appended");
            Log.BatchFailed(_logger, failure.Message, _log.Store, batch.Count);
            Count(_failed, _failedSeconds, start);
            foreach (var entry in batch)
            {
                Interlocked.Add(ref _bytesHeld, -entry.Bytes);
                entry.Completion.TrySetException(failure);
            }
        }
        catch (Exception failure) when (batch.Count == 1)
        {
            ErrorMetrics.Count(ErrorComponent.Log, "not_taken");
            Log.NotTaken(_logger, failure, batch[0].Append.Document, _log.Store);
            Count(_failed, _failedSeconds, start);
            Complete(batch[0], AppendOutcome.Invalid);
        }
        catch (Exception failure)
        {
            // The store is there and can't take something. Repeating is harmless, so each element is tried alone, and the others get through.
            ErrorMetrics.Count(ErrorComponent.Log, "parted");
            Log.BatchParted(_logger, failure.Message, _log.Store, batch.Count);
            Count(_failed, _failedSeconds, start);
            foreach (var entry in batch)
                await CommitAsync([entry]);
        }
    }

    private void Complete(Entry entry, AppendOutcome outcome)
    {
        var append = entry.Append;
        if (outcome == AppendOutcome.Durable)
            _records.Inc(append.Records.Count);
        if (outcome == AppendOutcome.Fenced)
            Log.Fenced(_logger, append.Document, append.Epoch, append.Records[0].Revision);
        Interlocked.Add(ref _bytesHeld, -entry.Bytes);
        entry.Completion.TrySetResult(outcome);
    }

    private static void Count(Counter.Child batches, Histogram.Child seconds, long start)
    {
        batches.Inc();
        seconds.Observe(Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private void Taken(Entry entry)
    {
        Interlocked.Add(ref _bytesWaiting, -entry.Bytes);
        Interlocked.Add(ref _operationsWaiting, -entry.Append.Records.Count);
        _queueDepth.Dec();
    }

    private sealed class Entry(LogAppend append)
    {
        public LogAppend Append => append;

        public long Bytes { get; } = EntryBytes + append.Records.Sum(record => (long)record.Encoded.Length);

        // A grain's continuation goes to its own scheduler in any case. Everybody else's would run inside the loop, between one
        // caller's completion and the next, and hold up the commit of the following batch.
        public TaskCompletionSource<AppendOutcome> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
