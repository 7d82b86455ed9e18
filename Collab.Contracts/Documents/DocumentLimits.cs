namespace Collab.Contracts.Documents;

/// <summary>The authority's own limits, as far as clients are told them.</summary>
/// <param name="OperationBytes">UTF-8 bytes of one delta.</param>
/// <param name="DocumentLength">UTF-16 code units.</param>
[GenerateSerializer, Immutable, Alias("collab.DocumentLimits")]
public sealed record DocumentLimits(
    [property: Id(0)] int OperationBytes,
    [property: Id(1)] int DocumentLength)
{
    /// <summary>Those of an authority that does not tell: version 0.1.0, with its defaults.</summary>
    public static DocumentLimits Untold { get; } = new(512 << 10, 16 << 20);
}
