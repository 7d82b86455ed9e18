using System.Collections.Concurrent;
using Collab.Tests.Documentation;

namespace Collab.Tests.Monitoring.Catalogue;

/// <summary>Asks a Prometheus every example query of the catalogue, again and again while traffic goes on, until each had an answer: what moved minutes ago is out of the range of a query that is asked at the end.</summary>
internal sealed class ExampleQueries : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    // Two scrapes and what a busy machine adds.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    private readonly PrometheusServer _prometheus;
    private readonly ConcurrentDictionary<string, string?> _missing = new(DocumentedMetric.All.Select(metric => KeyValuePair.Create<string, string?>(metric.Name, null)));
    private readonly CancellationTokenSource _end = new();
    private readonly Task _asking;

    public ExampleQueries(PrometheusServer prometheus)
    {
        _prometheus = prometheus;
        _asking = AskAsync();
    }

    /// <summary>What a metric's query was answered last, if that was no data; null: it had some.</summary>
    public string? Missing(string name) => _missing.TryGetValue(name, out string? last) ? last ?? "never asked" : null;

    /// <summary>Waits until all have had an answer, or none is to be expected any more.</summary>
    public async Task WhenAnsweredAsync()
    {
        _end.CancelAfter(Patience);
        await _asking;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _asking;
        _end.Dispose();
    }

    private async Task AskAsync()
    {
        while (!_missing.IsEmpty)
        {
            foreach (var metric in DocumentedMetric.All.Where(metric => _missing.ContainsKey(metric.Name)))
            {
                try
                {
                    var samples = await _prometheus.QueryAsync(metric.Query);
                    if (samples.Any(sample => !double.IsNaN(sample.Value)))
                        _missing.TryRemove(metric.Name, out _);
                    else
                        _missing[metric.Name] = samples.Count == 0 ? "no series" : "NaN";
                }
                catch (Exception failure) when (failure is InvalidOperationException or HttpRequestException or TaskCanceledException)
                {
                    _missing[metric.Name] = failure.Message;
                }
            }

            if (_end.IsCancellationRequested)
                return;
            await Task.Delay(Pause, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
