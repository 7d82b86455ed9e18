using System.Runtime.CompilerServices;
using Orleans.Runtime;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Orleans.Engine.Streams;

/// <summary>One activation's subscriptions. Used from the grain's turns.</summary>
internal sealed class StreamConsumer
{
    private static readonly ConditionalWeakTable<object, StreamConsumer> OfGrains = [];

    private readonly Dictionary<(string Provider, StreamId Stream), StreamSubscription> _subscriptions = [];

    public static StreamConsumer Of(object grain) => OfGrains.GetOrCreateValue(grain);

    public void Attach(StreamSubscription subscription) => _subscriptions[(subscription.Provider, subscription.Stream)] = subscription;

    /// <summary>Gives the grain a batch. False when it did not subscribe: the batch is dropped.</summary>
    public async ValueTask<bool> DeliverAsync(object grain, string provider, StreamBatch batch)
    {
        if (!_subscriptions.TryGetValue((provider, batch.Stream), out var subscription) && grain is IStreamSubscriptionObserver observer)
        {
            await observer.OnSubscribed(new HandleFactory(this, provider, batch.Stream));
            _subscriptions.TryGetValue((provider, batch.Stream), out subscription);
        }

        if (subscription is null)
            return false;
        await subscription.DeliverAsync(batch);
        return true;
    }

    public Task FailAsync(string provider, StreamId stream, Exception failure) =>
        _subscriptions.TryGetValue((provider, stream), out var subscription) ? subscription.FailAsync(failure) : Task.CompletedTask;

    private sealed class HandleFactory(StreamConsumer consumer, string provider, StreamId stream) : IStreamSubscriptionHandleFactory
    {
        public StreamId StreamId => stream;

        public string ProviderName => provider;

        public StreamSubscriptionHandle<T> Create<T>() => new StreamSubscription<T>(consumer, provider, stream).Handle;
    }
}
