using System.Buffers;
using System.Globalization;
using System.Text;
using Collab.Contracts.Load;
using Prometheus;

namespace Collab.Grains.Load;

/// <summary>
/// Reads this process' own metrics, in the form in which <c>/metrics</c> shows them, and keeps what <see cref="ReportedMetrics"/> names: so the live page and Prometheus can't say different things. 1 ms of a core for 115 kB, less than a third of a scrape.
/// </summary>
internal sealed class RegistryReading(CollectorRegistry registry)
{
    // What precedes a line's value, to the place of its series: nothing is parsed or allocated for lines that were there before.
    private readonly Dictionary<string, int> _places = [];
    private readonly List<string> _series = [];
    private int _textBytes;

    /// <summary>Only ever longer, at most <see cref="HostReport.SeriesLimit"/>.</summary>
    public IReadOnlyList<string> Series => _series;

    /// <returns>Values by place in <see cref="Series"/>. One at a time.</returns>
    public async Task<double[]> TakeAsync(CancellationToken cancellation)
    {
        using var text = new MemoryStream(_textBytes);
        await registry.CollectAndExportAsTextAsync(text, cancellation);
        var bytes = text.GetBuffer().AsMemory(0, (int)text.Length);
        _textBytes = bytes.Length;
        char[] characters = ArrayPool<char>.Shared.Rent(bytes.Length);
        try
        {
            return Parse(characters.AsSpan(0, Encoding.UTF8.GetChars(bytes.Span, characters)));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(characters);
        }
    }

    private double[] Parse(ReadOnlySpan<char> text)
    {
        var values = new List<double>(_series.Count);
        values.AddRange(Enumerable.Repeat(0.0, _series.Count));
        var wanted = ReportedMetrics.LabelsBySample.GetAlternateLookup<ReadOnlySpan<char>>();
        var places = _places.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var range in text.Split('\n'))
        {
            var line = text[range];
            int end = line.IndexOfAny('{', ' ');
            if (end <= 0 || line[0] == '#' || !wanted.TryGetValue(line[..end], out string[]? labels))
                continue;
            var value = line[(line.LastIndexOf(' ') + 1)..];
            var name = line[..^(value.Length + 1)];
            if (!places.TryGetValue(name, out int place))
                _places[name.ToString()] = place = Place(name, end, labels);
            if (place < 0 || !double.TryParse(value, CultureInfo.InvariantCulture, out double read))
                continue;
            while (values.Count <= place)
                values.Add(0);
            values[place] += read;
        }

        return [.. values];
    }

    private int Place(ReadOnlySpan<char> line, int nameEnd, string[] labels)
    {
        string series = line[..nameEnd].ToString();
        if (labels.Length > 0)
            series += $"{{{Labels(line[nameEnd..].ToString(), labels)}}}";
        int place = _series.IndexOf(series);
        if (place >= 0 || _series.Count == HostReport.SeriesLimit)
            return place;
        _series.Add(series);
        return _series.Count - 1;
    }

    private static string Labels(string all, string[] labels) => string.Join(',', labels.Select(label =>
    {
        // Values of these labels are words of ours: no quotation mark in them is escaped.
        int start = all.IndexOf($"{label}=\"", StringComparison.Ordinal) + label.Length + 2;
        return $"{label}=\"{all[start..all.IndexOf('"', start)]}\"";
    }));
}
