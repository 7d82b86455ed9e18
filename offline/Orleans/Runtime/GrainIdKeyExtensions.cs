using System.Globalization;

namespace Orleans.Runtime;

/// <summary>How Guid and integer keys are written: 32 hex digits, upper-case hex; a key extension follows after a plus sign.</summary>
public static class GrainIdKeyExtensions
{
    public static IdSpan CreateGuidKey(Guid key) => IdSpan.Create(key.ToString("N"));

    public static IdSpan CreateGuidKey(Guid key, string? keyExtension) => IdSpan.Create(Extended(key.ToString("N"), keyExtension));

    public static IdSpan CreateIntegerKey(long key) => IdSpan.Create(key.ToString("X", CultureInfo.InvariantCulture));

    public static IdSpan CreateIntegerKey(long key, string? keyExtension) =>
        IdSpan.Create(Extended(key.ToString("X", CultureInfo.InvariantCulture), keyExtension));

    public static bool TryGetGuidKey(this GrainId grainId, out Guid key, out string? keyExt)
    {
        Split(grainId, out var text, out keyExt);
        return Guid.TryParseExact(text, "N", out key);
    }

    public static bool TryGetIntegerKey(this GrainId grainId, out long key, out string? keyExt)
    {
        Split(grainId, out var text, out keyExt);
        return long.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out key);
    }

    public static Guid GetGuidKey(this GrainId grainId, out string? keyExt) =>
        grainId.TryGetGuidKey(out var key, out keyExt) ? key : throw new ArgumentException($"The key of grain {grainId} is not a Guid.", nameof(grainId));

    public static Guid GetGuidKey(this GrainId grainId) => grainId.GetGuidKey(out _);

    public static long GetIntegerKey(this GrainId grainId, out string? keyExt) =>
        grainId.TryGetIntegerKey(out var key, out keyExt) ? key : throw new ArgumentException($"The key of grain {grainId} is not an integer.", nameof(grainId));

    public static long GetIntegerKey(this GrainId grainId) => grainId.GetIntegerKey(out _);

    private static string Extended(string key, string? extension) => string.IsNullOrWhiteSpace(extension) ? key : $"{key}+{extension}";

    private static void Split(GrainId id, out string key, out string? extension)
    {
        key = id.Key.ToString();
        var plus = key.IndexOf('+', StringComparison.Ordinal);
        extension = plus < 0 ? null : key[(plus + 1)..];
        if (plus >= 0)
            key = key[..plus];
    }
}
