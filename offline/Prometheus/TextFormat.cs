using System.Globalization;

namespace Prometheus;

/// <summary>The text exposition format: https://prometheus.io/docs/instrumenting/exposition_formats/.</summary>
internal static class TextFormat
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Labels(string[] names, string[] values) =>
        string.Join(',', names.Zip(values, static (name, value) => $"{name}=\"{EscapeLabel(value)}\""));

    public static string EscapeHelp(string? help) =>
        (help ?? "").Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);

    public static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    private static string EscapeLabel(string? value) => EscapeHelp(value).Replace("\"", "\\\"", StringComparison.Ordinal);
}
