namespace Collab.Operations;

/// <summary>What one delta may be at most. Checked while decoding, before anything is allocated in proportion.</summary>
/// <param name="Bytes">UTF-8 bytes of the encoded delta. Default 1 MiB.</param>
/// <param name="Components">Components of one delta. Default 10,000.</param>
/// <param name="Depth">Nesting of JSON in attribute values and embeds. Default 8.</param>
public sealed record DeltaLimits(int Bytes = 1 << 20, int Components = 10_000, int Depth = 8)
{
    public static DeltaLimits Default { get; } = new();
}
