namespace Collab.Operations;

/// <summary>What one delta may be at most. Checked while decoding, before anything is allocated in proportion.</summary>
/// <param name="Bytes">UTF-8 bytes of the encoded delta. Default 1 MiB.</param>
/// <param name="Components">Components of one delta, as sent. Default 10,000.</param>
/// <param name="Depth">
/// Nesting of JSON in attribute values and embeds: 0 for a number or a string, 1 for an object or array that holds nothing deeper. Default 8,
/// at most 100.
/// </param>
public sealed record DeltaLimits(int Bytes = 1 << 20, int Components = 10_000, int Depth = 8)
{
    public static DeltaLimits Default { get; } = new();

    /// <summary>For content, which our own log wrote: only nesting is limited, and beyond what any configured limit of deltas lets in.</summary>
    internal static DeltaLimits Content { get; } = new(int.MaxValue, int.MaxValue, 100);

    internal void RequireBytes(int bytes)
    {
        if (bytes > Bytes) throw new DeltaLimitException(nameof(Bytes), $"The delta is {bytes} bytes long, over the limit of {Bytes}.");
    }

    internal void RequireComponents(int components)
    {
        if (components > Components) throw new DeltaLimitException(nameof(Components), $"The delta has more than {Components} components, the limit.");
    }
}
