using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Engine.Streams;

/// <summary>One stream: a name to publish under.</summary>
internal sealed class MemoryStream<T>(MemoryStreamProvider provider, StreamId id) : IAsyncStream<T>
{
    public string ProviderName => provider.Name;

    public StreamId StreamId => id;

    public Task OnNextAsync(T item, StreamSequenceToken? token = null) => OnNextBatchAsync([item], token);

    public Task OnNextBatchAsync(IEnumerable<T> batch, StreamSequenceToken? token = null)
    {
        provider.Publish(id, [.. batch.Cast<object>()]);
        return Task.CompletedTask;
    }

    // As in Orleans: what waits in memory has no end that consumers would be told of.
    public Task OnCompletedAsync() => throw new NotSupportedException("OnCompletedAsync is not supported for now.");

    public Task OnErrorAsync(Exception ex) => throw new NotSupportedException("OnErrorAsync is not supported for now.");

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer)
    {
        if (TurnContext.Current is not { GrainInstance: { } grain } context || !GrainManifest.SubscribersOf(id.GetNamespace()).Contains(context.GrainId.Type))
            throw new NotSupportedException($"Stream {id} of provider {provider.Name} has no explicit subscriptions; a grain class subscribes with [ImplicitStreamSubscription].");
        return new StreamSubscription<T>(StreamConsumer.Of(grain), provider.Name, id).ResumeAsync(observer);
    }
}
