using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace Prometheus;

/// <summary>A set of metrics that is shown together.</summary>
public sealed class CollectorRegistry
{
    private readonly ConcurrentDictionary<string, Collector> _collectors = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<Action> _beforeCollect = [];
    private readonly ConcurrentBag<Func<CancellationToken, Task>> _beforeCollectAsync = [];

    internal CollectorRegistry()
    {
    }

    /// <summary>Calls <paramref name="callback"/> before every scrape, to set values that are only known on demand.</summary>
    public void AddBeforeCollectCallback(Action callback) => _beforeCollect.Add(callback);

    public void AddBeforeCollectCallback(Func<CancellationToken, Task> callback) => _beforeCollectAsync.Add(callback);

    /// <summary>Writes all metrics in Prometheus' text format, version 0.0.4, UTF-8.</summary>
    public Task CollectAndExportAsTextAsync(Stream to, CancellationToken cancel = default) => ExportAsync(to, TextFormat.Prometheus, cancel);

    internal async Task ExportAsync(Stream to, TextFormat format, CancellationToken cancel)
    {
        await RunCallbacks(cancel);
        var text = new StringBuilder();
        foreach (var (_, collector) in _collectors.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            collector.Write(text, format);
        text.Append(format.End);
        await to.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancel);
    }

    internal TCollector GetOrAdd<TCollector>(TCollector created)
        where TCollector : Collector
    {
        var existing = _collectors.GetOrAdd(created.Name, created);
        if (existing is not TCollector same)
            throw new InvalidOperationException($"Metric {created.Name} is registered as a {existing.GetType().Name}, it cannot be a {typeof(TCollector).Name} too.");
        if (!same.LabelNames.SequenceEqual(created.LabelNames))
        {
            throw new InvalidOperationException(
                $"Metric {created.Name} is registered with the labels ({string.Join(", ", same.LabelNames)}), not ({string.Join(", ", created.LabelNames)}).");
        }
        return same;
    }

    private async Task RunCallbacks(CancellationToken cancel)
    {
        // A callback that fails must not hide all other metrics from the operator.
        foreach (var callback in _beforeCollect)
        {
            try
            {
                callback();
            }
            catch (Exception exception)
            {
                Trace.WriteLine($"A callback before a scrape failed: {exception}");
            }
        }
        foreach (var callback in _beforeCollectAsync)
        {
            try
            {
                await callback(cancel);
            }
            catch (Exception exception)
            {
                Trace.WriteLine($"A callback before a scrape failed: {exception}");
            }
        }
    }
}
