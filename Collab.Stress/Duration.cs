using System.CommandLine.Parsing;
using System.Globalization;

namespace Collab.Stress;

/// <summary>Durations as people write them: <c>200ms</c>, <c>30s</c>, <c>5m</c>, <c>1h</c>, <c>00:01:30</c>.</summary>
internal static class Duration
{
    private static readonly TimeSpan Limit = TimeSpan.FromDays(1);

    public static TimeSpan Parse(ArgumentResult result, TimeSpan least)
    {
        string text = result.Tokens.Single().Value;
        if (!TryParse(text, out var duration) || duration < least)
            result.AddError($"'{text}' is no duration from {least.TotalSeconds}s to a day: 200ms, 30s, 5m, 1h or hh:mm:ss.");
        return duration;
    }

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (text == "0")
            return true;
        if (text.EndsWith("ms", StringComparison.Ordinal))
            return TryScale(text[..^2], 0.001, out duration);
        int unit = text.Length == 0 ? -1 : "smh".IndexOf(text[^1], StringComparison.Ordinal);
        if (unit < 0)
            return text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out duration) && IsSensible(duration);
        return TryScale(text[..^1], unit switch { 0 => 1, 1 => 60, _ => 3600 }, out duration);
    }

    /// <summary>As it is read: <c>30s</c>, <c>2m</c>.</summary>
    public static string Text(TimeSpan duration) => duration switch
    {
        { TotalHours: >= 1 } when duration.Ticks % TimeSpan.TicksPerHour == 0 => $"{duration.TotalHours:0}h",
        { TotalMinutes: >= 1 } when duration.Ticks % TimeSpan.TicksPerMinute == 0 => $"{duration.TotalMinutes:0}m",
        _ => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.###}s"),
    };

    private static bool TryScale(string number, double unitSeconds, out TimeSpan duration)
    {
        duration = default;
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count) || count * unitSeconds > Limit.TotalSeconds)
            return false;
        duration = TimeSpan.FromSeconds(count * unitSeconds);
        return IsSensible(duration);
    }

    private static bool IsSensible(TimeSpan duration) => duration >= TimeSpan.Zero && duration <= Limit;
}
