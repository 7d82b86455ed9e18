using Collab.Contracts.Refusals;

namespace Collab.Grains.Log;

/// <summary>The store can't be reached or refuses to work. Retryable; whether the last write happened may be unknown.</summary>
/// <remarks>Repeating the very same append is harmless: what the log already has, byte for byte, counts as durable.</remarks>
public sealed class LogUnavailableException(string message, Exception? inner = null, LogFault fault = LogFault.Other, TimeSpan? retryAfter = null)
    : Exception(message, inner)
{
    public LogFault Fault { get; } = fault;

    /// <summary>When asking again has a chance, where that is known.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>What whoever asked is told: damage stays, everything else is worth another try.</summary>
    public Refusal ToRefusal() => new(Fault == LogFault.Corrupt ? RefusalReason.DocumentDamaged : RefusalReason.StorageUnavailable, Message, RetryAfter);
}
