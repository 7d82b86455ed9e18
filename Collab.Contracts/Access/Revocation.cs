namespace Collab.Contracts.Access;

/// <summary>Credentials that are good no more: one, by its id, or all that a subject had by then. One of the two is given.</summary>
/// <param name="TokenId">Up to <see cref="Grant.SubjectLimit"/> characters.</param>
/// <param name="IssuedBefore">Of a subject's, those that were issued before this moment; and those that do not say when.</param>
/// <param name="Until">When the last of them has expired, so that nobody has to know any more.</param>
[GenerateSerializer, Immutable, Alias("collab.Revocation")]
public sealed record Revocation(
    [property: Id(0)] string? TokenId,
    [property: Id(1)] string? Subject,
    [property: Id(2)] DateTimeOffset IssuedBefore,
    [property: Id(3)] DateTimeOffset Until);
