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

    // Where the store did not say: about as long as a short trouble lasts.
    private static readonly TimeSpan RetryUsually = TimeSpan.FromSeconds(1);

    /// <summary>What whoever asked is told: damage stays, everything else is worth another try. Times are spread by up to a half, so that those who are told together don't come back together.</summary>
    public Refusal ToRefusal() => Fault == LogFault.Corrupt
        ? new(RefusalReason.DocumentDamaged, Message)
        : new(RefusalReason.StorageUnavailable, Message, (RetryAfter ?? RetryUsually) * (1 + (0.5 * Random.Shared.NextDouble())));
}
