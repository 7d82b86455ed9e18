using System.Globalization;
namespace Collab.Tests.Documentation;

/// <summary>Values of settings as people write them: <c>64 MiB</c>, <c>10 s</c>, <c>5,000</c>.</summary>
internal static class Quantity
{
    private static readonly (string Unit, long Bytes)[] Sizes = [("TiB", 1L << 40), ("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10)];
    private static readonly (string Unit, TimeSpan Time)[] Times =
        [("d", TimeSpan.FromDays(1)), ("h", TimeSpan.FromHours(1)), ("min", TimeSpan.FromMinutes(1)), ("s", TimeSpan.FromSeconds(1)), ("ms", TimeSpan.FromMilliseconds(1))];

    /// <param name="name">The setting's: numbers called bytes are written as such.</param>
    public static string Write(object? value, string name) => value switch
    {
        null or "" => "–",
        string text => $"`{text}`",
        bool truth => truth ? "`true`" : "`false`",
        Enum word => $"`{word.ToString().ToLowerInvariant()}`",
        TimeSpan time => Write(time),
        double number => number.ToString("0.####", CultureInfo.InvariantCulture),
        IFormattable number when name.Contains("Bytes", StringComparison.Ordinal) => WriteBytes(Convert.ToInt64(number, CultureInfo.InvariantCulture)),
        IFormattable number when name.Contains("Port", StringComparison.Ordinal) => number.ToString(null, CultureInfo.InvariantCulture),
        IFormattable number => number.ToString("#,0", CultureInfo.InvariantCulture),
        System.Collections.ICollection { Count: 0 } => "none",
        _ => throw new NotSupportedException($"{name} is a {value.GetType()}: say here how to write one."),
    };

    public static object Read(string number, string unit, Type type)
    {
        double value = double.Parse(number, NumberStyles.AllowThousands | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        if (type == typeof(TimeSpan))
            return value * Times.Single(time => time.Unit == (unit == "days" ? "d" : unit)).Time;
        long factor = unit.Length == 0 ? 1 : Sizes.Single(size => size.Unit == unit).Bytes;
        return Convert.ChangeType(value * factor, type, CultureInfo.InvariantCulture);
    }

    /// <summary>In the form that configuration is written in.</summary>
    public static string Configure(object value) => Convert.ToString(value, CultureInfo.InvariantCulture)!;

    private static string Write(TimeSpan time)
    {
        if (time == TimeSpan.Zero)
            return "0";
        var (unit, one) = Times.First(candidate => time.Ticks % candidate.Time.Ticks == 0 && (time >= candidate.Time * 2 || time == candidate.Time));
        return $"{(time / one).ToString("#,0", CultureInfo.InvariantCulture)} {unit}";
    }

    private static string WriteBytes(long bytes) =>
        Sizes.FirstOrDefault(size => bytes > 0 && bytes % size.Bytes == 0) is { Unit: { } unit, Bytes: var one } ? $"{(bytes / one).ToString("#,0", CultureInfo.InvariantCulture)} {unit}"
        : bytes == 0 ? "0"
        : $"{bytes.ToString("#,0", CultureInfo.InvariantCulture)} B";
}
