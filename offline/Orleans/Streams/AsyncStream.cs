using Orleans.Runtime;

namespace Orleans.Streams;

/// <summary>Gives the streams of one provider by their names; a stream needs no creation.</summary>
public interface IStreamProvider
{
    string Name { get; }

    IAsyncStream<T> GetStream<T>(StreamId streamId);
}

/// <summary>Somebody who takes a stream's items: the producer calls the stream, the stream the consumer.</summary>
public interface IAsyncObserver<in T>
{
    /// <summary>A consumer's failure has the whole batch delivered once more, with growing pauses, until the provider's limit.</summary>
    Task OnNextAsync(T item, StreamSequenceToken? token = null);

    Task OnCompletedAsync() => Task.CompletedTask;

    /// <summary>A batch was given up; the next one follows.</summary>
    Task OnErrorAsync(Exception ex);
}

/// <summary>Takes several items at once.</summary>
public interface IAsyncBatchProducer<T> : IAsyncObserver<T>
{
    /// <summary>Completes when the items are queued. They stay together: delivered, and repeated, as one.</summary>
    Task OnNextBatchAsync(IEnumerable<T> batch, StreamSequenceToken? token = null);
}

/// <summary>Can be subscribed to.</summary>
public interface IAsyncObservable<T>
{
    /// <summary>In a grain whose class subscribes implicitly: connects this activation. The stand-in knows no explicit subscriptions.</summary>
    Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer);
}

/// <summary>One stream, whatever its items are.</summary>
public interface IAsyncStream
{
    string ProviderName { get; }

    StreamId StreamId { get; }
}

/// <summary>One stream of one kind of items.</summary>
public interface IAsyncStream<T> : IAsyncStream, IAsyncObservable<T>, IAsyncBatchProducer<T>;

/// <summary>An item's place in its stream.</summary>
public abstract class StreamSequenceToken
{
    public abstract long SequenceNumber { get; protected set; }

    /// <summary>Place within a batch.</summary>
    public abstract int EventIndex { get; protected set; }
}

/// <summary>One activation's subscription to a stream.</summary>
public abstract class StreamSubscriptionHandle<T>
{
    public abstract StreamId StreamId { get; }

    public abstract string ProviderName { get; }

    /// <summary>Attaches the observer to this activation; the handle is void from then on, the new one stands.</summary>
    public abstract Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token = null);
}
