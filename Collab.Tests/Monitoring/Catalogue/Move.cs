using System.Text.RegularExpressions;

namespace Collab.Tests.Monitoring.Catalogue;

/// <summary>What a scenario does to a series, as two scrapes see it.</summary>
/// <param name="Series"><c>name{label="value"}</c>; labels that it does not name are summed.</param>
internal sealed partial record Move(string Series, Func<double, double, bool> IsDone, string Wanted)
{
    // Sums of histograms are not exact.
    private const double Rounding = 1e-6;

    /// <summary>The metric in the catalogue: a histogram's without <c>_count</c>, <c>_sum</c>, <c>_bucket</c>.</summary>
    public string Metric => HistogramPart().Replace(Series[..(Series + "{").IndexOf('{', StringComparison.Ordinal)], "");

    /// <summary>Rises by exactly so much: nothing else on the server touches it.</summary>
    public static Move By(string series, double delta) => new(series, (before, now) => Math.Abs(now - before - delta) < Rounding, $"rises by {delta}");

    /// <summary>Rises by so much, or more where a busy machine makes somebody try again.</summary>
    public static Move AtLeast(string series, double delta) => new(series, (before, now) => now - before >= delta, $"rises by {delta} or more");

    public static Move Rises(string series) => new(series, (before, now) => now > before, "rises");

    /// <summary>A gauge that stands at a value.</summary>
    public static Move Shows(string series, double value) => new(series, (_, now) => now == value, $"is {value}");

    public static Move ShowsAtLeast(string series, double value) => new(series, (_, now) => now >= value, $"is {value} or more");

    public override string ToString() => $"{Series} {Wanted}";

    // Names of gauges and counters that end so there are none.
    [GeneratedRegex("_(?:bucket|sum|count)$")]
    private static partial Regex HistogramPart();
}
