using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;

namespace Prometheus;

/// <summary>One metric with all its series.</summary>
public abstract partial class Collector
{
    private protected Collector(string name, string help, string[] labelNames)
    {
        if (!ValidName().IsMatch(name))
            throw new ArgumentException($"Metric name '{name}' does not match regex '{ValidName()}'.", nameof(name));
        foreach (var label in labelNames)
        {
            if (!ValidName().IsMatch(label) || label.StartsWith("__", StringComparison.Ordinal))
                throw new ArgumentException($"Label name '{label}' of metric {name} does not match regex '{ValidName()}' or is reserved.", nameof(labelNames));
        }
        if (labelNames.Distinct().Count() != labelNames.Length)
            throw new InvalidOperationException($"The label names of metric {name} include duplicates: {string.Join(", ", labelNames)}.");
        Name = name;
        Help = help;
        LabelNames = labelNames;
    }

    public string Name { get; }

    public string Help { get; }

    public string[] LabelNames { get; }

    internal abstract string Type { get; }

    internal abstract void Write(StringBuilder text, TextFormat format);

    [GeneratedRegex("^[a-zA-Z_][a-zA-Z0-9_]*$")]
    private static partial Regex ValidName();
}

/// <summary>Such a metric, by the type of its series.</summary>
public abstract class Collector<TChild> : Collector
    where TChild : ChildBase
{
    private readonly ConcurrentDictionary<LabelValues, TChild> _children;
    private readonly ConcurrentDictionary<LabelValues, TChild>.AlternateLookup<ReadOnlySpan<string>> _bySpan;
    private readonly bool _isShownUnset;
    private TChild? _unlabelled;

    private protected Collector(string name, string help, string[] labelNames, bool isShownUnset)
        : base(name, help, labelNames)
    {
        _children = new(LabelValues.Comparer);
        _bySpan = _children.GetAlternateLookup<ReadOnlySpan<string>>();
        _isShownUnset = isShownUnset;
    }

    /// <summary>The series without labels.</summary>
    protected internal TChild Unlabelled => _unlabelled ?? Interlocked.CompareExchange(ref _unlabelled, GetOrAdd([]), null) ?? _unlabelled;

    /// <summary>The series with these label values, in the order of the names. Keep it where it is used often.</summary>
    public TChild WithLabels(params string[] labelValues) => WithLabels(labelValues.AsSpan());

    public TChild WithLabels(ReadOnlyMemory<string> labelValues) => WithLabels(labelValues.Span);

    public TChild WithLabels(ReadOnlySpan<string> labelValues)
    {
        if (labelValues.Length != LabelNames.Length)
            throw new ArgumentException($"Metric {Name} has {LabelNames.Length} labels, {labelValues.Length} values were given.", nameof(labelValues));
        return GetOrAdd(labelValues);
    }

    public void RemoveLabelled(params string[] labelValues) => _bySpan.TryRemove(labelValues, out _);

    public IEnumerable<string[]> GetAllLabelValues() => _children.Keys.Where(key => key.Values.Length > 0).Select(key => key.Values.ToArray());

    internal override void Write(StringBuilder text, TextFormat format)
    {
        if (LabelNames.Length == 0)
            _ = Unlabelled;
        var (name, type) = format.Family(Name, Type);
        text.Append("# HELP ").Append(name).Append(' ').Append(TextFormat.EscapeHelp(Help)).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        foreach (var (_, child) in _children)
        {
            if (child.IsPublished)
                child.Write(text, format, Name);
        }
    }

    private protected abstract TChild NewChild(string labels, bool isPublished);

    private TChild GetOrAdd(ReadOnlySpan<string> values)
    {
        if (_bySpan.TryGetValue(values, out var existing))
            return existing;
        var key = new LabelValues(values.ToArray());
        return _children.GetOrAdd(key, NewChild(TextFormat.Labels(LabelNames, key.Values), _isShownUnset));
    }
}

/// <summary>One series.</summary>
public abstract class ChildBase
{
    private readonly string _labels;
    private volatile bool _isPublished;

    private protected ChildBase(string labels, bool isPublished)
    {
        _labels = labels;
        _isPublished = isPublished;
    }

    internal bool IsPublished => _isPublished;

    /// <summary>Shows the series from now on.</summary>
    public void Publish()
    {
        // Read first: writing on every increment would make the cache line move between cores.
        if (!_isPublished)
            _isPublished = true;
    }

    /// <summary>Hides the series until its next value.</summary>
    public void Unpublish() => _isPublished = false;

    internal abstract void Write(StringBuilder text, TextFormat format, string name);

    private protected void WriteSample(StringBuilder text, string name, string value, string suffix = "", string bound = "")
    {
        text.Append(name).Append(suffix);
        if (_labels.Length + bound.Length > 0)
        {
            text.Append('{').Append(_labels);
            if (bound.Length > 0)
                text.Append(_labels.Length > 0 ? "," : "").Append("le=\"").Append(bound).Append('"');
            text.Append('}');
        }
        text.Append(' ').Append(value).Append('\n');
    }
}
