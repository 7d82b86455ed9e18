using System.Globalization;
using System.Net.Http.Json;
using Collab.Benchmarks.Replay;
using Collab.Tests.EndToEnd;
using Collab.Tests.Operations;

namespace Collab.Benchmarks.Observability;

/// <summary>Two real servers beside each other, with the memory log: one that is measured, and one that is not.</summary>
internal sealed class ServerPair : IAsyncDisposable
{
    private const int Requests = 10_000;

    // Long enough for ticks of 10 ms to be exact to a few parts in a thousand.
    private static readonly TimeSpan Typing = TimeSpan.FromSeconds(4);

    private readonly ServerProcess _off;
    private readonly ServerProcess _on;
    private readonly HttpClient _http = new();

    private ServerPair(ServerProcess off, ServerProcess on) => (_off, _on) = (off, on);

    /// <summary>What the last operations updated.</summary>
    public OperationUpdates Updates { get; private set; } = new(0, 0, 0);

    public static async Task<ServerPair> StartAsync()
    {
        string[] settings = [.. ServerProcess.WithoutRates, "Collab:Log:Provider=memory"];
        var (off, on) = (new ServerProcess([.. settings, "Collab:Metrics:Enabled=false"]), new ServerProcess(settings));
        await Task.WhenAll(off.StartAgainAsync(), on.StartAgainAsync());
        return new ServerPair(off, on);
    }

    /// <summary>One after the other, over one connection: whether the process lives, which no grain is asked for.</summary>
    public Task<Comparison> RequestsAsync(int rounds) => Comparison.RunAsync(rounds, async isOn =>
    {
        var server = isOn ? _on : _off;
        var address = new Uri(server.Url, "health/live");
        var used = ProcessCpu.Of(server.Process.Id);
        for (int i = 0; i < Requests; i++)
            (await _http.GetAsync(address)).Dispose();
        return (ProcessCpu.Of(server.Process.Id) - used).TotalMicroseconds / Requests;
    });

    /// <summary>Four authors, each in a document of their own, whose next edit leaves when the last has come back.</summary>
    public async Task<Comparison> OperationsAsync(int rounds)
    {
        var (_, transactions) = Corpus.Read("rustcode.seq.jsonl.gz");
        var edits = transactions.Where(transaction => transaction.Patches[0] is { Deleted: > 0 } or { Inserted.Length: > 0 }).ToList();
        int run = 0;
        return await Comparison.RunAsync(rounds, isOn => TypeAsync(isOn ? _on : _off, edits, ++run));
    }

    public async Task<(double OffPercent, double OnPercent, double OffMegabytes, double OnMegabytes)> IdleAsync(TimeSpan time)
    {
        await Task.Delay(TimeSpan.FromSeconds(20));
        var machine = new MachineCpu(() => [_off.Process.Id], () => [_on.Process.Id]);
        await Task.Delay(time);
        var (roles, _, other) = machine.Since();
        await Console.Error.WriteLineAsync(FormattableString.Invariant($"(other programs used {other / time:0.00} processors meanwhile)"));
        return (100 * (roles[0] / time), 100 * (roles[1] / time), _off.Process.MemoryBytes / 1048576.0, _on.Process.MemoryBytes / 1048576.0);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _off.DisposeAsync();
        await _on.DisposeAsync();
    }

    private async Task<double> TypeAsync(ServerProcess server, List<Corpus.Transaction> edits, int run)
    {
        List<ReplayClient> authors = [];
        for (int author = 0; author < 4; author++)
        {
            string document = $"d-{run}-{author}";
            (await _http.PostAsJsonAsync(new Uri(server.Url, "api/documents"), new { id = document, kind = "text" })).EnsureSuccessStatusCode();
            authors.Add(new ReplayClient(server.Url, document, edits, firstEdit: author * 997));
        }

        await Task.WhenAll(authors.Select(author => author.JoinAsync()));
        var before = await ScrapeAsync(server);
        var used = ProcessCpu.Of(server.Process.Id);
        await Task.WhenAll(authors.Select(author => author.StartAsync(new Dictionary<ulong, ReplayClient>())));
        await ReplayClient.GoOnAsync(authors, Typing);
        await Task.WhenAll(authors.Select(author => author.StopAsync()));
        var taken = ProcessCpu.Of(server.Process.Id) - used;
        long operations = authors.Sum(author => author.AcknowledgedInAll);
        if (server == _on)
            Updates = OperationUpdates.Between(before, await ScrapeAsync(server), operations);
        authors.ForEach(author => author.Dispose());
        return taken.TotalMicroseconds / operations;
    }

    private async Task<Dictionary<string, double>> ScrapeAsync(ServerProcess server) =>
        (await _http.GetStringAsync(new Uri(server.Url, "metrics"))).Split('\n')
            .Where(line => line.Length > 0 && line[0] != '#')
            .ToDictionary(line => line[..line.LastIndexOf(' ')], line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
}
