using System.Collections.Immutable;

namespace Collab.Contracts.Load;

/// <summary>What one silo is busy with.</summary>
/// <param name="Silo"><c>machine:process</c>.</param>
/// <param name="Documents">Active there.</param>
/// <param name="Bytes">What they hold in memory.</param>
/// <param name="OperationsPerSecond">Of all of them, since the report before.</param>
/// <param name="Busiest">By operations a second, then by sessions; those with neither are left out. At most <see cref="BusiestLimit"/>.</param>
[GenerateSerializer, Immutable, Alias("collab.SiloLoad")]
public sealed record SiloLoad(
    [property: Id(0)] string Silo,
    [property: Id(1)] int Documents,
    [property: Id(2)] long Bytes,
    [property: Id(3)] double OperationsPerSecond,
    [property: Id(4)] ImmutableArray<DocumentLoad> Busiest)
{
    public const int BusiestLimit = 100;
}

/// <summary>What one document costs its silo.</summary>
/// <param name="OperationsPerSecond">Made durable, since the report before.</param>
/// <param name="Hosts">Web hosts that each get every push.</param>
/// <param name="Bytes">Content and recent operations in memory.</param>
/// <param name="FlushTime">How long the newest flush took until it was durable.</param>
[GenerateSerializer, Immutable, Alias("collab.DocumentLoad")]
public sealed record DocumentLoad(
    [property: Id(0)] DocumentId Document,
    [property: Id(1)] double OperationsPerSecond,
    [property: Id(2)] int Sessions,
    [property: Id(3)] int Hosts,
    [property: Id(4)] long Bytes,
    [property: Id(5)] TimeSpan FlushTime);
