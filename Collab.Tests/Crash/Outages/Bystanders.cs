using System.Diagnostics;
using Collab.Client;
using Collab.Operations.Deltas;

namespace Collab.Tests.Crash.Outages;

/// <summary>
/// Those who need nothing of the store: somebody reads a document's content over REST, and somebody watches another move in it. Both try all the
/// time, and what they try is counted.
/// </summary>
internal sealed class Bystanders : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stopping = new();
    private readonly CollabClient _mover;
    private readonly CollabClient _watcher;
    private readonly HttpClient _http;
    private Task _trying = Task.CompletedTask;

    private Bystanders(Uri server)
    {
        (_mover, _watcher) = (new CollabClient(server, new() { Name = "Mover" }), new CollabClient(server, new() { Name = "Watcher" }));
        _http = new HttpClient { BaseAddress = server, Timeout = Patience };
    }

    public TryCounter Reads { get; } = new();

    public TryCounter Presences { get; } = new();

    public static async Task<Bystanders> WatchAsync(Uri server, string document)
    {
        var bystanders = new Bystanders(server);
        var mover = await bystanders._mover.OpenAsync(document);
        var watcher = await bystanders._watcher.OpenAsync(document);
        bystanders._trying = Task.WhenAll(
            bystanders.TryAllTheTimeAsync(bystanders.Reads, () => bystanders.ReadAsync(document)),
            bystanders.TryAllTheTimeAsync(bystanders.Presences, () => bystanders.MoveAsync(mover, watcher)));
        return bystanders;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _trying;
        await _mover.DisposeAsync();
        await _watcher.DisposeAsync();
        _http.Dispose();
        _stopping.Dispose();
    }

    private async Task TryAllTheTimeAsync(TryCounter tries, Func<Task<string?>> attempt)
    {
        while (!_stopping.IsCancellationRequested)
        {
            long started = Stopwatch.GetTimestamp();
            string? failure = await attempt();
            tries.Add(failure, Stopwatch.GetElapsedTime(started));
            await Task.Delay(Pace, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<string?> ReadAsync(string document)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri($"api/documents/{document}/content", UriKind.Relative));
            return answer.IsSuccessStatusCode ? null : $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            return failure.Message;
        }
    }

    // Whether somebody types is said like a position, and does not move with the text.
    private async Task<string?> MoveAsync(CollabDocument mover, CollabDocument watcher)
    {
        bool isTyping = !watcher.Others.Any(other => other.Name == "Mover" && other.IsTyping);
        mover.ShowPresence(new Selection(0, 0), isTyping);
        for (long started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < Patience; await Task.Delay(10))
            if (_stopping.IsCancellationRequested || watcher.Others.Any(other => other.Name == "Mover" && other.IsTyping == isTyping))
                return null;
        return $"not seen within {Patience.TotalSeconds} s; the one who moves is {mover.Phase}, the one who watches {watcher.Phase}";
    }
}
