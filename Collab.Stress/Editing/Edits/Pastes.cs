using System.Globalization;

namespace Collab.Stress.Editing.Edits;

/// <summary>How many of the inserts are pastes, and how large those are.</summary>
/// <param name="Share">0 to 1.</param>
/// <param name="Length">Code units, 1–<see cref="LengthLimit"/>.</param>
internal sealed record Pastes(double Share, int Length)
{
    /// <summary>Below what a server takes in one operation unless it is told otherwise, <c>Collab:Documents:OperationBytesLimit</c>.</summary>
    public const int LengthLimit = 500_000;

    public static Pastes None { get; } = new(0, 1);

    /// <summary>Reads <c>2%:10kb</c>: two of a hundred inserts have 10 × 1024 code units. A plain number counts code units.</summary>
    public static bool TryParse(string text, out Pastes pastes)
    {
        pastes = None;
        string[] parts = text.Split(':');
        if (parts.Length != 2 || !parts[0].EndsWith('%')
            || !double.TryParse(parts[0].AsSpan(..^1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double percent) || percent > 100)
            return false;
        if (!TryParseLength(parts[1], out int length))
            return false;
        pastes = new Pastes(percent / 100, length);
        return true;
    }

    /// <summary>Reads <c>10kb</c> or <c>10240</c>.</summary>
    public static bool TryParseLength(string text, out int length)
    {
        bool isKilo = text.EndsWith("kb", StringComparison.OrdinalIgnoreCase);
        if (!int.TryParse(isKilo ? text.AsSpan(..^2) : text, NumberStyles.None, CultureInfo.InvariantCulture, out length) || length is < 1 or > LengthLimit)
            return false;
        length = isKilo ? length << 10 : length;
        return length is >= 1 and <= LengthLimit;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Share * 100:0.##}%:{Length}");
}
