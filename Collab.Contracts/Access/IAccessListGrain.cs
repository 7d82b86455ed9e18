using System.Collections.Immutable;
using Collab.Contracts.Refusals;

namespace Collab.Contracts.Access;

/// <summary>What many documents say of one subject, for lists: without waking the <see cref="IAccessGrain"/> of each. There is one of it on each silo, with key <see cref="Key"/>.</summary>
[Alias("collab.IAccessListGrain")]
public interface IAccessListGrain : IGrainWithStringKey
{
    const string Key = "access";

    /// <summary>The roles in the order of the documents; null where a document says nothing.</summary>
    /// <param name="documents">At most 100.</param>
    [Alias("Find")]
    Task<GrantAnswers> Find(string subject, ImmutableArray<DocumentId> documents);
}

/// <summary>What documents say of one subject.</summary>
[GenerateSerializer, Immutable, Alias("collab.GrantAnswers")]
public sealed record GrantAnswers(
    [property: Id(0)] ImmutableArray<Role?> Roles,
    [property: Id(1)] Refusal? Refusal = null) : IRefusable;
