namespace Collab.Client.Access;

/// <summary>Whom the server takes this client for.</summary>
/// <param name="Subject">Null for somebody anonymous.</param>
/// <param name="Name">What others see; null where the server knows none.</param>
/// <param name="ExpiresAt">The end of the token, on the server's clock; null for one that does not expire.</param>
public sealed record Identity(string? Subject, string? Name, DateTimeOffset? ExpiresAt);
