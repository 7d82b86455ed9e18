namespace Collab.Contracts.Sessions;

/// <summary>One session, as the API shows it.</summary>
[GenerateSerializer, Immutable, Alias("collab.SessionDescription")]
public sealed record SessionDescription(
    [property: Id(0)] SessionId Session,
    [property: Id(1)] DocumentId Document,
    [property: Id(2)] string Name,
    [property: Id(3)] bool IsConnected,
    [property: Id(4)] DateTimeOffset Since);
