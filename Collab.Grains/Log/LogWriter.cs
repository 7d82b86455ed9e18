using System.Diagnostics;
using Collab.Observability;
using Collab.Resilience;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Prometheus;

namespace Collab.Grains.Log;

/// <summary>
/// Group commit. What has queued, from all documents, is handed to the store as one transaction; what queues
/// meanwhile goes with the next. So a disk sync is shared by as many operations as arrive while the previous one runs, and an
/// idle system pays no waiting.
/// </summary>
/// <remarks>
/// <para>There is no thread of its own between. Whoever appends while nothing is under way hands his batch to the store himself if the last one was alone in its batch; with company a batch begins behind what the thread pool has to do,
/// for what others are about to append is likely to be among that, and one more sync costs more than it.</para>
/// Keeps: appends reach the store in the order of the calls; each call completes exactly once; the bytes queued and under way stay
/// within <see cref="LogOptions.QueueBytesLimit"/>.
/// </remarks>
public sealed partial class LogWriter : ILogWriter, IThreadPoolWorkItem, IAsyncDisposable
{
    // What an entry costs beside its operations: record, list, completion. An estimate, so that many tiny appends count too.
    private const int EntryBytes = 256;

    private readonly IOperationLog _log;
    private readonly LogOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<LogWriter> _logger;
    private readonly Pipeline? _pipeline;
    private readonly Lock _gate = new();
    private readonly Queue<Entry> _queue = [];
    private readonly List<Entry> _batch = [];
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Gauge.Child _queueDepth;
    private readonly Histogram.Child _batchSize;
    private readonly Counter.Child _records;
    private readonly Counter.Child _durable;
    private readonly Histogram.Child _durableSeconds;
    private readonly Counter.Child _failed;
    private readonly Histogram.Child _failedSeconds;
    private long _bytesHeld;
    private long _bytesWaiting;
    private int _operationsWaiting;
    private TaskCompletionSource? _company;
    private bool _isUnderWay;
    private bool _hasCompany;
    private bool _isStopping;

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

        bool begins;
        TaskCompletionSource? full;
        lock (_gate)
        {
            if (_isStopping)
            {
                Interlocked.Add(ref _bytesHeld, -entry.Bytes);
                return Task.FromException<AppendOutcome>(new LogUnavailableException("The log writer is stopping; nothing was appended.", fault: LogFault.Stopping));
            }

            _queue.Enqueue(entry);
            _bytesWaiting += entry.Bytes;
            _operationsWaiting += append.Records.Count;
            _queueDepth.Inc();
            (begins, _isUnderWay) = (!_isUnderWay, true);
            full = HasFullBatch ? _company : null;
        }

        full?.TrySetResult();
        if (begins)
            Begin();
        return entry.Task;
    }

    /// <summary>Refuses further appends and completes when everything queued before is in the log, or failed.</summary>
    public Task StopAsync()
    {
        lock (_gate)
        {
            _isStopping = true;
            _company?.TrySetResult();
            if (!_isUnderWay)
                _stopped.TrySetResult();
        }

        return _stopped.Task;
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private bool HasFullBatch => _operationsWaiting >= _options.FlushOperationsLimit || _bytesWaiting >= _options.FlushBytesLimit;

    private void Begin()
    {
        if (_hasCompany)
            Queue();
        else
            // Here and now, up to the first wait; but a grain must not lend its scheduler to what comes after that.
            new Task(static writer => _ = ((LogWriter)writer!).RunAsync(), this).RunSynchronously(TaskScheduler.Default);
    }

    private void Queue() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    void IThreadPoolWorkItem.Execute() => _ = RunAsync();

    private async Task RunAsync()
    {
        CollabActivities.Leave();
        if (_options.FlushInterval > TimeSpan.Zero)
            await WaitForCompanyAsync();
        Fill();
        await CommitAsync(_batch);
        _hasCompany = _batch.Count > 1;
        _batch.Clear();
        if (GoesOn())
            Queue();
    }

    private bool GoesOn()
    {
        lock (_gate)
        {
            _isUnderWay = _queue.Count > 0;
            if (!_isUnderWay && _isStopping)
                _stopped.TrySetResult();
            return _isUnderWay;
        }
    }

    /// <summary>Up to the flush interval, cut short by a full batch or by stopping.</summary>
    private async Task WaitForCompanyAsync()
    {
        var company = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (HasFullBatch || _isStopping)
                return;
            _company = company;
        }

        using var over = new CancellationTokenSource(_options.FlushInterval, _time);
        await using var registration = over.Token.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), company);
        await company.Task;
    }

    private void Fill()
    {
        var operations = 0;
        var bytes = 0L;
        lock (_gate)
        {
            _company = null;
            while (_queue.TryPeek(out var entry))
            {
                operations += entry.Append.Records.Count;
                bytes += entry.Bytes;
                if (_batch.Count > 0 && (operations > _options.FlushOperationsLimit || bytes > _options.FlushBytesLimit))
                    break;
                _queue.Dequeue();
                _bytesWaiting -= entry.Bytes;
                _operationsWaiting -= entry.Append.Records.Count;
                _batch.Add(entry);
            }
        }

        _queueDepth.Dec(_batch.Count);
    }

    private async Task CommitAsync(List<Entry> batch)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            var outcomes = await _log.AppendAsync(batch.ConvertAll(entry => entry.Append), CancellationToken.None);
            Count(_durable, _durableSeconds, start);
            _batchSize.Observe(OperationsIn(batch));
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
                entry.TrySetException(failure);
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
        entry.TrySetResult(outcome);
    }

    private static int OperationsIn(List<Entry> batch)
    {
        var operations = 0;
        foreach (var entry in batch)
            operations += entry.Append.Records.Count;
        return operations;
    }

    private static void Count(Counter.Child batches, Histogram.Child seconds, long start)
    {
        batches.Inc();
        seconds.Observe(Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    // A grain's continuation goes to its own scheduler in any case. Everybody else's would run inside of the writer, between one
    // caller's completion and the next, and hold up the commit of the following batch.
    private sealed class Entry(LogAppend append) : TaskCompletionSource<AppendOutcome>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public LogAppend Append => append;

        public long Bytes { get; } = EntryBytes + BytesOf(append);

        private static long BytesOf(LogAppend append)
        {
            var bytes = 0L;
            foreach (var record in append.RecordsSpan)
                bytes += record.Encoded.Length;
            return bytes;
        }
    }
}
