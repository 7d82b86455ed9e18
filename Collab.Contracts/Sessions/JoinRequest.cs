using Collab.Contracts.Access;

namespace Collab.Contracts.Sessions;

/// <summary>A connection wants into a document.</summary>
/// <param name="Name">Display name, up to <see cref="NameLimit"/> characters; becomes the author of the session's operations.</param>
/// <param name="ResumeToken">The newest token that the session was given; null for a new session.</param>
/// <param name="Owner">Tells the connection when its stay is over.</param>
/// <param name="Connection">Which connection of <see cref="Owner"/>; opaque.</param>
/// <param name="Subject">Who it is, as the host has authenticated it; null for an anonymous caller. Only the same may come back with the session's token.</param>
/// <param name="Role">What it may do as it joins, for those who list sessions; null where the host does not say.</param>
[GenerateSerializer, Immutable, Alias("collab.JoinRequest")]
public sealed record JoinRequest(
    [property: Id(0)] DocumentId Document,
    [property: Id(1)] string Name,
    [property: Id(2)] string? ResumeToken,
    [property: Id(3)] ISessionOwner Owner,
    [property: Id(4)] string Connection,
    [property: Id(5)] string? Subject = null,
    [property: Id(6)] Role? Role = null)
{
    public const int NameLimit = 64;

    /// <summary>Without the token: the cluster's trace writes the arguments of its calls.</summary>
    public override string ToString() => $"{nameof(JoinRequest)} {Document} {Connection}";
}
