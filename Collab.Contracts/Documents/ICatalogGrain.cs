using System.Collections.Immutable;
using Collab.Contracts.Refusals;

namespace Collab.Contracts.Documents;

/// <summary>All documents, as a list; there is one of it in a cluster, with key <see cref="Key"/>.</summary>
[Alias("collab.ICatalogGrain")]
public interface ICatalogGrain : IGrainWithStringKey
{
    const string Key = "catalog";

    /// <summary>Documents by newest change first.</summary>
    /// <param name="after">A page's <see cref="CatalogPage.Next"/>; null starts.</param>
    /// <param name="limit">1 to 100; more is taken as 100.</param>
    [Alias("List")]
    Task<CatalogPage> List(string? after, int limit);
}

/// <summary>Some documents of the catalog.</summary>
/// <param name="Next">Opaque; null at the end.</param>
[GenerateSerializer, Immutable, Alias("collab.CatalogPage")]
public sealed record CatalogPage(
    [property: Id(0)] ImmutableArray<DocumentDescription> Documents,
    [property: Id(1)] string? Next,
    [property: Id(2)] Refusal? Refusal = null) : IRefusable;
