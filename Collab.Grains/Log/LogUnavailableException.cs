namespace Collab.Grains.Log;

/// <summary>The store can't be reached or refuses to work. Retryable; whether the last write happened may be unknown.</summary>
/// <remarks>Repeating the very same append is harmless: what the log already has, byte for byte, counts as durable.</remarks>
public sealed class LogUnavailableException(string message, Exception? inner = null, LogFault fault = LogFault.Other) : Exception(message, inner)
{
    public LogFault Fault { get; } = fault;
}
