using System.Diagnostics;
using Collab.Client;
using Collab.Operations.Deltas;

namespace Collab.Tests.Hostile;

/// <summary>Quiet people beside the trouble: in each of a few documents one types, and another sees it. How long each edit takes is kept.</summary>
internal sealed class Neighbours : IAsyncDisposable
{
    private const int Documents = 3;

    // Somebody who types fast.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    // Beyond it the edit is lost.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private readonly List<CollabClient> _clients = [];
    private readonly List<(CollabDocument Writer, CollabDocument Reader)> _pairs = [];
    private readonly List<double> _milliseconds = [];
    private readonly CancellationTokenSource _over = new();
    private Task[] _typing = [];

    public static async Task<Neighbours> StartAsync(Uri server)
    {
        var neighbours = new Neighbours();
        for (int i = 0; i < Documents; i++)
        {
            var (writer, reader) = (new CollabClient(server), new CollabClient(server));
            neighbours._clients.AddRange([writer, reader]);
            await writer.CreateAsync($"quiet-{i}");
            neighbours._pairs.Add((await writer.OpenAsync($"quiet-{i}"), await reader.OpenAsync($"quiet-{i}")));
        }

        neighbours._typing = [.. neighbours._pairs.Select(neighbours.TypeAsync)];
        return neighbours;
    }

    /// <summary>What has happened so far is not to be told of.</summary>
    public void Forget()
    {
        lock (_milliseconds)
            _milliseconds.Clear();
    }

    /// <summary>What happened since the last call; waits until there is something to tell of everybody.</summary>
    public async Task<Latency> TakeAsync(int edits = 30)
    {
        await Eventually.IsTrue(() =>
        {
            foreach (var typing in _typing.Where(typing => typing.IsFaulted))
                typing.GetAwaiter().GetResult();
            lock (_milliseconds)
                return _milliseconds.Count >= edits;
        });
        lock (_milliseconds)
        {
            double[] sorted = [.. _milliseconds.Order()];
            _milliseconds.Clear();
            return new Latency(sorted.Length, sorted[sorted.Length / 2], sorted[sorted.Length * 99 / 100]);
        }
    }

    /// <summary>Stops typing. Everything that was typed has arrived, and all see the same.</summary>
    public async Task EndAsync()
    {
        await _over.CancelAsync();
        await Task.WhenAll(_typing);
        foreach (var (writer, reader) in _pairs)
            Assert.Equal(writer.Content.ToString(), reader.Content.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        foreach (var client in _clients)
            await client.DisposeAsync();
        _over.Dispose();
    }

    private async Task TypeAsync((CollabDocument Writer, CollabDocument Reader) pair)
    {
        while (!_over.IsCancellationRequested)
        {
            long started = Stopwatch.GetTimestamp();
            pair.Writer.Edit(content => new DeltaBuilder(DeltaForm.Text).Insert("x").Retain(content.Length).Build());
            int length = pair.Writer.Content.Length;
            while (pair.Reader.Content.Length < length)
            {
                if (Stopwatch.GetElapsedTime(started) > Limit)
                    throw new TimeoutException($"An edit of a quiet neighbour has not arrived within {Limit.TotalSeconds} s.");
                await Task.Delay(1);
            }

            lock (_milliseconds)
                _milliseconds.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            await Task.Delay(Pause, _over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

/// <summary>How long edits took from one person to the other, in milliseconds.</summary>
internal sealed record Latency(int Edits, double Median, double Percentile99)
{
    public override string ToString() => FormattableString.Invariant($"{Edits,5} edits, median {Median,7:0.0} ms, p99 {Percentile99,8:0.0} ms");
}
