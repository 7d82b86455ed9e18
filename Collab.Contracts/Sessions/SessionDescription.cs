using Collab.Contracts.Access;

namespace Collab.Contracts.Sessions;

/// <summary>One session, as the API shows it.</summary>
/// <param name="Subject">Null for an anonymous one.</param>
/// <param name="Role">What it may do, as its host said last; null if it did not.</param>
[GenerateSerializer, Immutable, Alias("collab.SessionDescription")]
public sealed record SessionDescription(
    [property: Id(0)] SessionId Session,
    [property: Id(1)] DocumentId Document,
    [property: Id(2)] string Name,
    [property: Id(3)] bool IsConnected,
    [property: Id(4)] DateTimeOffset Since,
    [property: Id(5)] string? Subject = null,
    [property: Id(6)] Role? Role = null);
