using Orleans.Runtime;

namespace Orleans.Streams;

/// <summary>A consumer did not take a batch, however often it was tried.</summary>
public sealed class StreamEventDeliveryFailureException(string message) : OrleansException(message);
