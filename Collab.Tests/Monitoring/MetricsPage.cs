using System.Globalization;
using System.Text.RegularExpressions;

namespace Collab.Tests.Monitoring;

/// <summary>A sample of a scrape: <c>collab_log_batches_total{store="sqlite",status="durable"} 7</c>.</summary>
internal sealed record MetricSample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

/// <summary>All samples of one metric; a histogram's buckets, sum and count included.</summary>
/// <param name="Type">As its <c># TYPE</c> says.</param>
internal sealed record MetricFamily(string Name, string Type, IReadOnlyList<MetricSample> Samples);

/// <summary>What <c>/metrics</c> said at a moment, in Prometheus' text format.</summary>
internal sealed partial class MetricsPage
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(60) };

    private readonly List<MetricSample> _samples = [];
    private readonly Dictionary<string, string> _types = [];

    public MetricsPage(string text)
    {
        Text = text;
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (TypeLine().Match(line) is { Success: true } type)
                _types[type.Groups[1].Value] = type.Groups[2].Value;
            else if (!line.StartsWith('#'))
                _samples.Add(Parse(line));
        }
    }

    public string Text { get; }

    public IEnumerable<MetricFamily> Families => from samples in _samples.GroupBy(sample => FamilyOf(sample.Name))
                                                 select new MetricFamily(samples.Key, _types.GetValueOrDefault(samples.Key, "untyped"), [.. samples]);

    /// <param name="host">With the address at which <c>/metrics</c> is there without asking who comes.</param>
    public static async Task<MetricsPage> OfAsync(Uri host) => new(await Http.GetStringAsync(new Uri(host, "metrics")));

    /// <summary>The sum of what matches <c>name{label="value"}</c>, whatever other labels it has; 0 if nothing does.</summary>
    public double Sum(string selector)
    {
        var wanted = Parse(selector + " 0");
        return _samples.Where(sample => sample.Name == wanted.Name && wanted.Labels.All(label => sample.Labels.GetValueOrDefault(label.Key) == label.Value)).Sum(sample => sample.Value);
    }

    /// <summary>The metric that a sample is of: a histogram's without <c>_bucket</c>, <c>_sum</c>, <c>_count</c>.</summary>
    private string FamilyOf(string sample) =>
        Part().Replace(sample, "") is var histogram && _types.GetValueOrDefault(histogram) == "histogram" ? histogram : sample;

    private static MetricSample Parse(string line)
    {
        var match = SampleLine().Match(line);
        if (!match.Success)
            throw new FormatException($"This is no sample of Prometheus' text format: {line}");
        var labels = LabelPair().Matches(match.Groups["labels"].Value).ToDictionary(pair => pair.Groups[1].Value, pair => Regex.Unescape(pair.Groups[2].Value));
        return new MetricSample(match.Groups["name"].Value, labels, Number(match.Groups["value"].Value));
    }

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        "NaN" => double.NaN,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };

    [GeneratedRegex(@"^# TYPE (\w+) (\w+)$")]
    private static partial Regex TypeLine();

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][\w:]*)(?:\{(?<labels>(?:[^"}]|"(?:[^"\\]|\\.)*")*)\})? (?<value>\S+)$""")]
    private static partial Regex SampleLine();

    [GeneratedRegex(@"(\w+)=""((?:[^""\\]|\\.)*)""")]
    private static partial Regex LabelPair();

    [GeneratedRegex("_(?:bucket|sum|count)$")]
    private static partial Regex Part();
}
