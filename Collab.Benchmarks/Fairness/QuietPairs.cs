using System.Diagnostics;
using Collab.Client;
using Collab.Operations.Deltas;

namespace Collab.Benchmarks.Fairness;

/// <summary>In each document one types, five times a second, and another sees it; how long that takes is measured from the one program to itself.</summary>
internal sealed class QuietPairs : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly List<CollabClient> _clients = [];
    private readonly List<double> _milliseconds = [];
    private readonly CancellationTokenSource _over = new();
    private readonly List<Task> _typing = [];

    public static async Task<QuietPairs> StartAsync(Uri server, IEnumerable<string> documents)
    {
        var pairs = new QuietPairs();
        foreach (string document in documents)
        {
            var (writer, reader) = (new CollabClient(server), new CollabClient(server));
            pairs._clients.AddRange([writer, reader]);
            await writer.CreateAsync(document);
            pairs._typing.Add(pairs.TypeAsync(await writer.OpenAsync(document), await reader.OpenAsync(document)));
        }

        return pairs;
    }

    public void Begin()
    {
        lock (_milliseconds)
            _milliseconds.Clear();
    }

    /// <summary>What was measured since the beginning.</summary>
    public Spell End()
    {
        lock (_milliseconds)
        {
            double[] sorted = [.. _milliseconds.Order()];
            return sorted.Length == 0 ? new Spell(double.NaN, double.NaN) : new Spell(sorted[sorted.Length / 2], sorted[sorted.Length * 99 / 100]);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await Task.WhenAll(_typing);
        foreach (var client in _clients)
            await client.DisposeAsync();
        _over.Dispose();
    }

    private async Task TypeAsync(CollabDocument writer, CollabDocument reader)
    {
        // Others type here, too: seen is an edit when the reader has the revision that acknowledged it.
        while (!_over.IsCancellationRequested)
        {
            long started = Stopwatch.GetTimestamp();
            await writer.EditAsync(content => new DeltaBuilder(DeltaForm.Text).Insert("x").Retain(content.Length).Build());
            long revision = writer.Revision;
            while (reader.Revision < revision && !_over.IsCancellationRequested)
                await Task.Delay(1);
            lock (_milliseconds)
                _milliseconds.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            await Task.Delay(Pause, _over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

/// <summary>Milliseconds from typed to durable and seen by the other.</summary>
internal sealed record Spell(double Median, double Percentile99);
