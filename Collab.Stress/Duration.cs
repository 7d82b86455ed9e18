using System.CommandLine.Parsing;
using System.Globalization;

namespace Collab.Stress;

/// <summary>Durations as people write them: <c>30s</c>, <c>5m</c>, <c>1h</c>, <c>00:01:30</c>.</summary>
internal static class Duration
{
    private static readonly TimeSpan Limit = TimeSpan.FromDays(1);

    public static TimeSpan Parse(ArgumentResult result, TimeSpan least)
    {
        string text = result.Tokens.Single().Value;
        if (!TryParse(text, out var duration) || duration < least)
            result.AddError($"'{text}' is no duration from {least.TotalSeconds}s to a day: 30s, 5m, 1h or hh:mm:ss.");
        return duration;
    }

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        int unit = text.Length == 0 ? -1 : "smh".IndexOf(text[^1], StringComparison.Ordinal);
        if (unit < 0)
            return text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out duration) && IsSensible(duration);
        if (!double.TryParse(text.AsSpan(..^1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count) || count > TimeSpan.SecondsPerDay)
            return false;
        duration = TimeSpan.FromSeconds(count * (unit switch { 0 => 1, 1 => 60, _ => 3600 }));
        return IsSensible(duration);
    }

    private static bool IsSensible(TimeSpan duration) => duration >= TimeSpan.Zero && duration <= Limit;
}
