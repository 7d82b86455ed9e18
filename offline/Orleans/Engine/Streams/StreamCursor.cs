using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Engine.Streams;

/// <summary>What one grain has yet to get of one stream: batch by batch, in order, each until it is taken or given up.</summary>
internal sealed class StreamCursor(string provider, SiloRuntime runtime, StreamPullingAgentOptions options, GrainId grain)
{
    // A subscriber that falls further behind loses the oldest. Orleans evicts by age.
    private const int WaitingLimit = 16_384;

    // Orleans' own numbers: pauses of 1 to 30 seconds, doubling.
    private const double PauseSeconds = 1;
    private const double PauseSecondsLimit = 30;

    private static readonly GrainMethod<ValueTuple<string, StreamBatch, SiloLog>> DeliverMethod = new(
        typeof(IStreamConsumerExtension).GetMethod(nameof(IStreamConsumerExtension.DeliverBatch))!,
        static async (grain, arguments) =>
        {
            if (!await StreamConsumer.Of(grain).DeliverAsync(grain, arguments.Item1, arguments.Item2))
                arguments.Item3.NobodySubscribed(grain.GetType(), arguments.Item2.Stream);
        });

    private static readonly GrainMethod<ValueTuple<string, StreamId, Exception>> FailMethod = new(
        typeof(IStreamConsumerExtension).GetMethod(nameof(IStreamConsumerExtension.ErrorInStream))!,
        static (grain, arguments) => new ValueTask(StreamConsumer.Of(grain).FailAsync(arguments.Item1, arguments.Item2, arguments.Item3)));

    private readonly Lock _gate = new();
    private readonly Queue<StreamBatch> _waiting = new();
    private readonly GrainReference _reference = runtime.References.CreateUntyped(grain);
    private bool _isRunning;

    public void Add(StreamBatch batch)
    {
        lock (_gate)
        {
            if (_waiting.Count >= WaitingLimit)
                _waiting.Dequeue();
            _waiting.Enqueue(batch);
            if (_isRunning)
                return;
            _isRunning = true;
        }

        _ = NoFlow.Run(static self => Task.Run(self.RunAsync), this);
    }

    private async Task RunAsync()
    {
        while (Next() is { } batch)
        {
            try
            {
                await DeliverAsync(batch);
            }
            catch (Exception failure)
            {
                runtime.Log.StreamFailed(failure, batch.Stream, grain);
            }
        }
    }

    private StreamBatch? Next()
    {
        lock (_gate)
        {
            if (!runtime.IsStopping && _waiting.TryDequeue(out var batch))
                return batch;
            _isRunning = false;
            return null;
        }
    }

    private async Task DeliverAsync(StreamBatch batch)
    {
        var started = runtime.GrainClock.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                RequestContext.Import(batch.RequestContext);
                await ReferenceCalls.Task(_reference, (provider, batch, runtime.Log), DeliverMethod);
                return;
            }
            catch (Exception failure) when (!runtime.IsStopping)
            {
                RequestContext.Clear();
                await Task.Delay(Pause(attempt));
                // Asked after the pause, like Orleans: what would begin too late isn't begun.
                if (runtime.GrainClock.GetElapsedTime(started) <= options.MaxEventDeliveryTime)
                    continue;
                runtime.Log.StreamFailed(failure, batch.Stream, grain);
                await ReferenceCalls.Task(
                    _reference, (provider, batch.Stream, (Exception)new StreamEventDeliveryFailureException($"Stream {batch.Stream}: {grain} did not take a batch: {failure.Message}")), FailMethod);
                return;
            }
        }
    }

    private static TimeSpan Pause(int attempt)
    {
        var limit = Math.Min(PauseSecondsLimit, PauseSeconds * Math.Pow(2, attempt + 1));
        return TimeSpan.FromSeconds(PauseSeconds + (Random.Shared.NextDouble() * (limit - PauseSeconds)));
    }
}

/// <summary>The interface under which filters see deliveries; the names are Orleans' own. No grain implements it.</summary>
internal interface IStreamConsumerExtension : IAddressable
{
    Task DeliverBatch(StreamBatch batch);

    Task ErrorInStream(Exception failure);
}
