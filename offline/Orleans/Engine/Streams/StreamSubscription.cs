using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Engine.Streams;

/// <summary>An observer's place at a stream, in one activation.</summary>
internal abstract class StreamSubscription(string provider, StreamId stream)
{
    public string Provider => provider;

    public StreamId Stream => stream;

    public abstract Task DeliverAsync(StreamBatch batch);

    public abstract Task FailAsync(Exception failure);
}

/// <summary>The same, with the type of the items.</summary>
internal sealed class StreamSubscription<T>(StreamConsumer consumer, string provider, StreamId stream) : StreamSubscription(provider, stream)
{
    private IAsyncObserver<T>? _observer;
    private long _delivered = -1;

    public StreamSubscriptionHandle<T> Handle => new SubscriptionHandle(this);

    public Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncObserver<T> observer)
    {
        _observer = observer;
        consumer.Attach(this);
        return Task.FromResult(Handle);
    }

    public override async Task DeliverAsync(StreamBatch batch)
    {
        // Delivered, but the answer got lost: this life does not get it twice.
        if (batch.Sequence <= _delivered)
            return;
        for (var i = 0; i < batch.Items.Count; i++)
            await _observer!.OnNextAsync((T)batch.Items[i], new StreamPlace(batch.Sequence, i));
        _delivered = batch.Sequence;
    }

    public override Task FailAsync(Exception failure) => _observer!.OnErrorAsync(failure);

    private sealed class SubscriptionHandle(StreamSubscription<T> subscription) : StreamSubscriptionHandle<T>
    {
        private bool _isVoid;

        public override StreamId StreamId => subscription.Stream;

        public override string ProviderName => subscription.Provider;

        public override Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token = null)
        {
            if (_isVoid)
                throw new InvalidOperationException("Handle is no longer valid. It has been used to unsubscribe or resume.");
            if (token is not null)
                throw new NotSupportedException("The stand-in keeps nothing that was delivered, so that a stream can't be resumed at an earlier item.");
            _isVoid = true;
            return subscription.ResumeAsync(observer);
        }
    }
}
