using System.Collections.Concurrent;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Engine.Streams;

/// <summary>
/// Streams in memory. What is published waits in one queue until the next look into it, a period after the first; then each subscriber gets the batches of its
/// stream in their order, at its own pace.
/// </summary>
internal sealed class MemoryStreamProvider : IStreamProvider, IDisposable
{
    // Orleans' limit of its queue grain.
    private const int QueueLimit = 16_384;

    private readonly Lock _gate = new();
    private readonly Queue<StreamBatch> _queue = new();
    private readonly ConcurrentDictionary<(StreamId, GrainType), StreamCursor> _cursors = new();
    private readonly SiloRuntime _runtime;
    private readonly StreamPullingAgentOptions _options;
    private readonly ITimer _timer;
    private long _sequence = DateTime.UtcNow.Ticks;
    private bool _isWaiting;

    public MemoryStreamProvider(string name, SiloRuntime runtime, StreamPullingAgentOptions options)
    {
        Name = name;
        _runtime = runtime;
        _options = options;
        _timer = NoFlow.Run(
            static self => self._runtime.GrainClock.CreateTimer(static self => ((MemoryStreamProvider)self!).Pull(), self, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan), this);
    }

    public string Name { get; }

    public IAsyncStream<T> GetStream<T>(StreamId streamId) => new MemoryStream<T>(this, streamId);

    public void Publish(StreamId stream, IReadOnlyList<object> items)
    {
        _runtime.ThrowUnlessRunning();
        lock (_gate)
        {
            if (_queue.Count >= QueueLimit)
                throw new InvalidOperationException($"Can not enqueue since the count has reached its maximum of {QueueLimit}");
            _queue.Enqueue(new StreamBatch(stream, _sequence++, items, RequestContext.Export()));
            if (_isWaiting)
                return;
            _isWaiting = true;
        }

        _timer.Change(_options.GetQueueMsgsTimerPeriod, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();

    private void Pull()
    {
        StreamBatch[] batches;
        lock (_gate)
        {
            _isWaiting = false;
            batches = [.. _queue];
            _queue.Clear();
        }

        foreach (var batch in batches)
        {
            foreach (var type in GrainManifest.SubscribersOf(batch.Stream.GetNamespace()))
            {
                _cursors.GetOrAdd((batch.Stream, type), static (key, self) => new StreamCursor(self.Name, self._runtime, self._options, GrainId.Create(key.Item2, key.Item1.GetKeyAsString())), this)
                    .Add(batch);
            }
        }
    }
}
