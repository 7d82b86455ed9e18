using System.Globalization;

namespace Collab.Tests.EndToEnd;

/// <summary>A server's metrics at a moment.</summary>
internal sealed class Scrape
{
    private readonly string[] _lines;

    private Scrape(string text) => _lines = text.Split('\n');

    /// <summary>Of a series as it is written, <c>collab_cache_hits_total{cache="snapshot"}</c>; 0 if it is not there.</summary>
    public double this[string series] => _lines.FirstOrDefault(line => line.StartsWith(series + " ", StringComparison.Ordinal)) is { } line
        ? double.Parse(line.AsSpan(series.Length + 1), CultureInfo.InvariantCulture)
        : 0;

    public static async Task<Scrape> OfAsync(Uri server)
    {
        using var http = new HttpClient();
        return new Scrape(await http.GetStringAsync(new Uri(server, "metrics")));
    }

    /// <summary>Over all series of a metric that have the label, written as in <c>kind="text"</c>, or over all of them.</summary>
    public double Sum(string metric, string label = "") => _lines
        .Where(line => (line.StartsWith(metric + "{", StringComparison.Ordinal) || line.StartsWith(metric + " ", StringComparison.Ordinal)) && line.Contains(label, StringComparison.Ordinal))
        .Sum(line => double.Parse(line.AsSpan(line.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture));

    public double Cache(string cache, string what) => this[$"collab_cache_{what}{{cache=\"{cache}\"}}"];
}
