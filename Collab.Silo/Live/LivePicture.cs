using System.Globalization;
using Collab.Contracts.Load;

namespace Collab.Silo.Live;

/// <summary>The cluster's last minutes, asked by metric and label as in Prometheus: rates of counters, values of gauges, quantiles of histograms.</summary>
/// <param name="Moments">As in <see cref="LiveReading"/>, maybe gathered over several readings.</param>
internal sealed record LivePicture(DateTimeOffset At, TimeSpan Step, IReadOnlyList<string> Series, IReadOnlyList<LiveMoment> Moments, IReadOnlyList<LiveHost> Hosts, IReadOnlyList<double> Increase)
{
    /// <summary>Over all series of a metric that have the labels, at each moment; NaN where there is none.</summary>
    /// <param name="labels">As they are written: <c>outcome="applied"</c>.</param>
    public double[] Over(string metric, params string[] labels) => [.. Moments.Select(moment => Sum(moment.Values, Find(metric, labels)))];

    /// <summary>The same of one host, now.</summary>
    public double Of(LiveHost host, string metric, params string[] labels) => Sum(host.Now, Find(metric, labels));

    /// <summary>By how much counters grew, as far back as is known.</summary>
    public double Grown(string metric, params string[] labels) => Find(metric, labels).Sum(place => Increase[place]);

    /// <summary>The values of a label that a metric has, in order.</summary>
    public IEnumerable<string> Values(string metric, string label) => Series
        .Where(name => name.StartsWith(metric + "{", StringComparison.Ordinal)).Select(name => Label(name, label)).Distinct().Order(StringComparer.Ordinal);

    /// <summary>As PromQL's <c>histogram_quantile</c>: in seconds or whatever it measures, even within a bucket; NaN where nothing was observed.</summary>
    public double[] Quantile(double quantile, string histogram)
    {
        string metric = $"{histogram}_bucket";
        var buckets = Find(metric, []).Select(place => (Bound: Bound(Label(Series[place], "le")), Place: place)).OrderBy(bucket => bucket.Bound).ToArray();
        return [.. Moments.Select(moment => Quantile(quantile, [.. buckets.Select(bucket => (bucket.Bound, bucket.Place < moment.Values.Length ? moment.Values[bucket.Place] : double.NaN))]))];
    }

    private static double Quantile(double quantile, (double Bound, double Rate)[] buckets)
    {
        double all = buckets.Length == 0 ? 0 : buckets[^1].Rate;
        if (!(all > 0))
            return double.NaN;
        double rank = quantile * all;
        int at = Array.FindIndex(buckets, bucket => bucket.Rate >= rank);
        double lower = at <= 0 ? 0 : buckets[at - 1].Bound;
        if (at < 0 || double.IsPositiveInfinity(buckets[at].Bound))
            return buckets.Length > 1 ? buckets[^2].Bound : double.NaN;
        double below = at == 0 ? 0 : buckets[at - 1].Rate;
        return lower + ((buckets[at].Bound - lower) * (rank - below) / (buckets[at].Rate - below));
    }

    private static double Bound(string text) => text == "+Inf" ? double.PositiveInfinity : double.Parse(text, CultureInfo.InvariantCulture);

    private int[] Find(string metric, string[] labels) =>
        [.. Enumerable.Range(0, Series.Count).Where(place => (Series[place] == metric || Series[place].StartsWith(metric + "{", StringComparison.Ordinal))
            && labels.All(label => Series[place].Contains(label, StringComparison.Ordinal)))];

    private static double Sum(IReadOnlyList<double> values, int[] places)
    {
        double sum = double.NaN;
        foreach (int place in places)
        {
            if (place < values.Count && values[place] is var value && !double.IsNaN(value))
                sum = double.IsNaN(sum) ? value : sum + value;
        }

        return sum;
    }

    private static string Label(string series, string label)
    {
        int start = series.IndexOf($"{label}=\"", StringComparison.Ordinal);
        if (start < 0)
            return "";
        start += label.Length + 2;
        return series[start..series.IndexOf('"', start)];
    }
}
