namespace Collab.Grains.Log;

/// <summary>The writer's queue is full. Nothing was queued; the same append may be tried later.</summary>
public sealed class LogOverloadedException(long bytesQueued, long bytesLimit)
    : Exception($"The log writer's queue holds {bytesQueued} bytes, over its limit of {bytesLimit} (Collab:Log:QueueBytesLimit).");
