using Orleans.Runtime;

namespace Orleans.Streams.Core;

/// <summary>A grain whose class subscribes implicitly hears of the stream before its first batch in each life.</summary>
public interface IStreamSubscriptionObserver
{
    /// <summary>Without <see cref="StreamSubscriptionHandle{T}.ResumeAsync"/> in here, batches are dropped with a warning.</summary>
    Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory);
}

/// <summary>Makes the handle, since only the grain knows of what type the items are.</summary>
public interface IStreamSubscriptionHandleFactory
{
    StreamId StreamId { get; }

    string ProviderName { get; }

    StreamSubscriptionHandle<T> Create<T>();
}
