using System.Globalization;
using System.Text.Json;

namespace Collab.Tests.Monitoring;

/// <summary>One series of an instant query's answer.</summary>
/// <param name="Labels">With <c>__name__</c>, where the expression keeps it.</param>
/// <param name="Value">May be NaN or infinite.</param>
internal sealed record PrometheusSample(IReadOnlyDictionary<string, string> Labels, double Value)
{
    public string? this[string label] => Labels.GetValueOrDefault(label);

    public override string ToString() => $"{{{string.Join(", ", Labels.Select(label => $"{label.Key}=\"{label.Value}\""))}}} {Value.ToString(CultureInfo.InvariantCulture)}";

    internal static PrometheusSample Of(JsonElement labels, string value) => new(PrometheusJson.Strings(labels), PrometheusJson.Number(value));
}

/// <param name="Job">The label <c>job</c>.</param>
/// <param name="Health"><c>up</c>, <c>down</c>, or <c>unknown</c> before the first scrape.</param>
/// <param name="LastError">Why the last scrape failed; empty if it did not.</param>
internal sealed record PrometheusTarget(string Job, string ScrapeUrl, string Health, string LastError, IReadOnlyDictionary<string, string> Labels);

/// <param name="Name">Of an alert, or of the series that is recorded.</param>
/// <param name="Type"><c>alerting</c> or <c>recording</c>.</param>
/// <param name="Health"><c>ok</c>, <c>err</c>, or <c>unknown</c> before the first evaluation.</param>
/// <param name="State">Of an alert: <c>inactive</c>, <c>pending</c>, <c>firing</c>; null for recording rules.</param>
internal sealed record PrometheusRule(string Group, string Name, string Type, string Query, string Health, string? LastError, string? State);

/// <param name="State"><c>pending</c> or <c>firing</c>.</param>
internal sealed record PrometheusAlert(string Name, string State, double Value, IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Annotations);

internal static class PrometheusJson
{
    public static Dictionary<string, string> Strings(JsonElement of) => of.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.ToString());

    /// <summary>A number as Prometheus writes it: NaN and infinities included.</summary>
    public static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };

    public static string? Text(JsonElement of, string member) => of.TryGetProperty(member, out var value) ? value.GetString() : null;
}
