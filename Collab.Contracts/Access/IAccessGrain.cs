using System.Collections.Immutable;
using Collab.Contracts.Refusals;
using Orleans.Concurrency;

namespace Collab.Contracts.Access;

/// <summary>Who may do what in one document, as far as the document itself says; its key is the <see cref="DocumentId"/>. Whether there is such a document is not looked at.</summary>
[Alias("collab.IAccessGrain")]
public interface IAccessGrain : IGrainWithStringKey
{
    /// <summary>All grants, by subject.</summary>
    [Alias("List"), AlwaysInterleave]
    Task<GrantList> List();

    /// <summary>What the document says of one subject.</summary>
    [Alias("Find"), AlwaysInterleave]
    Task<GrantAnswer> Find(string subject);

    /// <summary>Makes it say so from now on: durable, and told to every web host that listens, when this completes. Repeating it is harmless.</summary>
    [Alias("Set")]
    Task<GrantAnswer> Set(Grant grant);

    /// <summary>Takes back what it says; likewise.</summary>
    /// <returns>The role that it said, null if it said nothing.</returns>
    [Alias("Remove")]
    Task<GrantAnswer> Remove(string subject);
}

/// <summary>A document's grants.</summary>
[GenerateSerializer, Immutable, Alias("collab.GrantList")]
public sealed record GrantList(
    [property: Id(0)] ImmutableArray<Grant> Grants,
    [property: Id(1)] Refusal? Refusal = null) : IRefusable;

/// <summary>What a document says of one subject; null: nothing.</summary>
[GenerateSerializer, Immutable, Alias("collab.GrantAnswer")]
public sealed record GrantAnswer(
    [property: Id(0)] Role? Role,
    [property: Id(1)] Refusal? Refusal = null) : IRefusable;
