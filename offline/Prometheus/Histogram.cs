using System.Globalization;
using System.Text;

namespace Prometheus;

/// <summary>Takes observations.</summary>
public interface IObserver
{
    void Observe(double val);
}

/// <summary>Counts observations in buckets.</summary>
public interface IHistogram : IObserver
{
    double Sum { get; }

    long Count { get; }

    void Observe(double val, long count);
}

/// <inheritdoc cref="IHistogram"/>
public sealed class Histogram : Collector<Histogram.Child>, IHistogram
{
    private static readonly double[] DefaultBuckets = [.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10];

    private readonly double[] _bounds;
    private readonly Dictionary<TextFormat, string[]> _boundTexts;

    internal Histogram(string name, string help, string[] labelNames, bool isShownUnset, double[]? buckets)
        : base(name, help, labelNames, isShownUnset)
    {
        if (labelNames.Contains("le"))
            throw new ArgumentException($"'le' is a reserved label name, histogram {name} cannot have it.", nameof(labelNames));
        _bounds = buckets ?? DefaultBuckets;
        if (_bounds.Length == 0)
            throw new ArgumentException($"Histogram {name} must have at least one bucket.", nameof(buckets));
        if (!double.IsPositiveInfinity(_bounds[^1]))
            _bounds = [.. _bounds, double.PositiveInfinity];
        for (var i = 1; i < _bounds.Length; i++)
        {
            if (!(_bounds[i] > _bounds[i - 1]))
                throw new ArgumentException($"Bucket values of histogram {name} must be increasing, {_bounds[i]} follows {_bounds[i - 1]}.", nameof(buckets));
        }
        _boundTexts = new[] { TextFormat.Prometheus, TextFormat.OpenMetrics }.ToDictionary(format => format, format => Array.ConvertAll(_bounds, format.Number));
    }

    public double Sum => Unlabelled.Sum;

    public long Count => Unlabelled.Count;

    internal override string Type => "histogram";

    /// <summary><paramref name="count"/> bounds from <paramref name="start"/> on, each <paramref name="factor"/> times the one before.</summary>
    public static double[] ExponentialBuckets(double start, double factor, int count)
    {
        if (count <= 0 || start <= 0 || factor <= 1)
            throw new ArgumentException($"Exponential buckets need start > 0, factor > 1, count > 0; given were {start}, {factor}, {count}.");
        return Bounds(start, count, next => next * (decimal)factor);
    }

    /// <summary><paramref name="count"/> bounds from <paramref name="start"/> on, each <paramref name="width"/> more than the one before.</summary>
    public static double[] LinearBuckets(double start, double width, int count)
    {
        if (count <= 0)
            throw new ArgumentException($"Linear buckets need count > 0; given was {count}.", nameof(count));
        return Bounds(start, count, next => next + (decimal)width);
    }

    public void Observe(double val) => Unlabelled.Observe(val);

    public void Observe(double val, long count) => Unlabelled.Observe(val, count);

    public void Publish() => Unlabelled.Publish();

    public void Unpublish() => Unlabelled.Unpublish();

    private protected override Child NewChild(string labels, bool isPublished) => new(this, labels, isPublished);

    // In decimal, so that 0.1 + 0.2 is the bound 0.3 and not 0.30000000000000004.
    private static double[] Bounds(double start, int count, Func<decimal, decimal> advance)
    {
        var bounds = new double[count];
        var next = (decimal)start;
        for (var i = 0; i < count; i++, next = i < count ? advance(next) : next)
            bounds[i] = (double)next;
        return bounds;
    }

    /// <summary>One series of a histogram.</summary>
    public sealed class Child : ChildBase, IHistogram
    {
        private readonly Histogram _parent;
        private readonly long[] _counts;
        private AtomicDouble _sum;

        internal Child(Histogram parent, string labels, bool isPublished)
            : base(labels, isPublished)
        {
            _parent = parent;
            _counts = new long[parent._bounds.Length];
        }

        public double Sum => _sum.Value;

        public long Count
        {
            get
            {
                var total = 0L;
                foreach (ref var count in _counts.AsSpan())
                    total += Volatile.Read(ref count);
                return total;
            }
        }

        public void Observe(double val) => Observe(val, 1);

        public void Observe(double val, long count)
        {
            if (double.IsNaN(val))
                return;

            // A search by halves: twenty bounds are few, and most observations do not lie in the first ones.
            var index = Array.BinarySearch(_parent._bounds, val);
            Interlocked.Add(ref _counts[index < 0 ? ~index : index], count);
            _sum.Add(val * count);
            Publish();
        }

        internal override void Write(StringBuilder text, TextFormat format, string name)
        {
            var bounds = _parent._boundTexts[format];
            var total = 0L;
            for (var i = 0; i < _counts.Length; i++)
            {
                total += Volatile.Read(ref _counts[i]);
                WriteSample(text, name, Text(total), "_bucket", bounds[i]);
            }
            WriteSample(text, name, format.Number(Sum), "_sum");
            WriteSample(text, name, Text(total), "_count");

            static string Text(long count) => count.ToString(CultureInfo.InvariantCulture);
        }
    }
}
