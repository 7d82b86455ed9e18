namespace Collab.Contracts.Access;

/// <summary>A document's word on one subject, which goes before what the subject's credential says.</summary>
/// <param name="Subject">Up to <see cref="SubjectLimit"/> characters.</param>
/// <param name="Role">May be <see cref="Access.Role.None"/>: the subject is kept out.</param>
[GenerateSerializer, Immutable, Alias("collab.Grant")]
public sealed record Grant(
    [property: Id(0)] string Subject,
    [property: Id(1)] Role Role)
{
    /// <summary>Characters of a subject.</summary>
    public const int SubjectLimit = 200;
}
