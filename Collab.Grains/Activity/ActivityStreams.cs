using System.Collections.Concurrent;
using Collab.Contracts.Activity;
using Collab.Observability;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Streams;
using Prometheus;

namespace Collab.Grains.Activity;

/// <summary>Tells live consumers what the activity log has: each event on the stream of its document's shard.</summary>
/// <remarks>A stream may fail: the events are in the log, and the next event on the same shard wakes its consumers, which read what they missed.</remarks>
public sealed partial class ActivityStreams([FromKeyedServices(ActivityStream.Provider)] IStreamProvider provider, ILogger<ActivityStreams> logger)
{
    private static readonly Counter.Child Published = ActivityMetrics.Publish("ok");
    private static readonly Counter.Child Failed = ActivityMetrics.Publish("failed");

    // A silo that is stopping may not answer any more.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, bool> _used = new();

    /// <summary>Publishes events, those of a shard in the order given. Called by one at a time; never fails.</summary>
    public Task PublishAsync(IReadOnlyList<ActivityEvent> events) =>
        Task.WhenAll(events.GroupBy(happened => ActivityStream.ShardOf(happened.Document)).Select(shard => PublishAsync(shard.Key, [.. shard])));

    private async Task PublishAsync(string shard, ActivityEvent[] batch)
    {
        try
        {
            await provider.GetStream<ActivityEvent>(StreamId.Create(ActivityStream.Namespace, shard)).OnNextBatchAsync(batch).WaitAsync(Limit);
            Published.Inc();
            ActivityMetrics.MessagesOut.Inc(batch.Length);
            if (_used.TryAdd(shard, true))
                ActivityMetrics.Active.Inc();
        }
        catch (Exception failure)
        {
            Failed.Inc();
            ErrorMetrics.Count(ErrorComponent.Activity, "not_published");
            LogNotPublished(batch.Length, shard, failure.Message);
        }
    }

    [LoggerMessage(1621, LogLevel.Warning, "{Count} events of shard {Shard} are in the activity log, but were not published: {Reason}")]
    private partial void LogNotPublished(int count, string shard, string reason);
}
