namespace Collab.Grains.Log;

/// <summary>The store can't be reached or refuses to work. Retryable; whether the last write happened may be unknown.</summary>
public sealed class LogUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
