using System.Globalization;

namespace Prometheus;

/// <summary>
/// One of the two forms in which metrics are shown: Prometheus' text (https://prometheus.io/docs/instrumenting/exposition_formats/), or OpenMetrics
/// (https://github.com/OpenObservability/OpenMetrics/blob/main/specification/OpenMetrics.md), which calls counters' families by less, wants a point in every number that may have a fraction, and an end.
/// </summary>
internal sealed class TextFormat(string contentType, bool isOpenMetrics)
{
    private const string CounterSuffix = "_total";

    public static TextFormat Prometheus { get; } = new("text/plain; version=0.0.4; charset=utf-8", isOpenMetrics: false);

    public static TextFormat OpenMetrics { get; } = new("application/openmetrics-text; version=1.0.0; charset=utf-8", isOpenMetrics: true);

    public string ContentType => contentType;

    public string End => isOpenMetrics ? "# EOF\n" : "";

    public static string Labels(string[] names, string[] values) =>
        string.Join(',', names.Zip(values, static (name, value) => $"{name}=\"{EscapeLabel(value)}\""));

    public static string EscapeHelp(string? help) =>
        (help ?? "").Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);

    /// <summary>A metric's name and type as its head has them.</summary>
    public (string Name, string Type) Family(string name, string type) =>
        !isOpenMetrics || type != "counter" ? (name, type)
        : name.EndsWith(CounterSuffix, StringComparison.Ordinal) ? (name[..^CounterSuffix.Length], type)
        : (name, "unknown");

    /// <summary>A sample, or a histogram's bound.</summary>
    public string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ when isOpenMetrics && value.ToString(CultureInfo.InvariantCulture) is var text && text.AsSpan().IndexOfAny('.', 'E') < 0 => text + ".0",
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    private static string EscapeLabel(string? value) => EscapeHelp(value).Replace("\"", "\\\"", StringComparison.Ordinal);
}
