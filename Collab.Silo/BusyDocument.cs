using System.Collections.Immutable;
using Collab.Contracts.Load;

namespace Collab.Silo;

/// <summary>A document that is among its silo's busiest.</summary>
internal sealed record BusyDocument(string Silo, DocumentLoad Load)
{
    /// <summary>The busiest of the whole cluster, the busiest first: by operations a second, then by sessions.</summary>
    public static ImmutableArray<BusyDocument> Busiest(ImmutableArray<SiloLoad> silos, int limit) =>
        [.. silos.SelectMany(silo => silo.Busiest.Select(load => new BusyDocument(silo.Silo, load)))
            .OrderByDescending(each => each.Load.OperationsPerSecond).ThenByDescending(each => each.Load.Sessions).Take(limit)];
}
