using System.Diagnostics;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using Xunit.Abstractions;

namespace Collab.Tests.EndToEnd;

/// <summary>A link to a large document is sent to everybody, and everybody opens it.</summary>
public sealed class JoinStormTests(ITestOutputHelper output)
{
    private const int Clients = 500;
    private const int Pieces = 3;
    private const int PieceLength = 500_000;

    [Fact]
    public async Task Five_hundred_who_join_at_once_cost_one_snapshot_and_all_get_the_same()
    {
        await using var server = await ServerProcess.StartAsync();
        string text = await WriteAsync(server.Url);
        var clients = new List<StormClient>();
        // The storm is one of joins: connections come some at a time, as a full queue of the listening socket is not what is looked at.
        foreach (var some in Enumerable.Range(0, Clients).Chunk(50))
            clients.AddRange(await Task.WhenAll(some.Select(_ => StormClient.ConnectAsync(server.Url))));
        var before = await Scrape.OfAsync(server.Url);
        long memory = server.PeakMemoryBytes, started = Stopwatch.GetTimestamp();

        var joined = await Task.WhenAll(clients.Select(client => client.JoinAsync("d"))).WaitAsync(TimeSpan.FromMinutes(3));

        output.WriteLine(
            $"{Clients} clients had {text.Length / 1e6} MB each after {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s; the server's peak of memory rose from {memory >> 20} to {server.PeakMemoryBytes >> 20} MiB.");
        string hash = Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes(text)));
        Assert.All(joined, snapshot => Assert.Equal(((long)Pieces, hash, (long)text.Length), snapshot));
        var after = await Scrape.OfAsync(server.Url);
        Assert.Equal(1, Grown("snapshot", "misses_total") + Grown("snapshot", "hits_total"));
        Assert.Equal((1, Clients - 1), (Grown("host_snapshot", "misses_total"), Grown("host_snapshot", "hits_total")));
        // It goes by itself when the storm is over.
        await Eventually.IsTrue(async () => (await Scrape.OfAsync(server.Url)) is var later && later.Cache("snapshot", "bytes") + later.Cache("host_snapshot", "bytes") == 0);
        foreach (var client in clients)
            client.Dispose();

        double Grown(string cache, string what) => after.Cache(cache, what) - before.Cache(cache, what);
    }

    private static async Task<string> WriteAsync(Uri server)
    {
        using var http = new HttpClient { BaseAddress = server };
        (await http.PostAsJsonAsync("api/documents", new { id = "d", kind = "text" })).EnsureSuccessStatusCode();
        var text = new StringBuilder();
        for (int i = 0; i < Pieces; i++)
        {
            string piece = string.Concat(Enumerable.Range(0, PieceLength).Select(at => (char)('a' + ((at * 7) + i) % 26)));
            object[] delta = i == 0 ? [piece] : [text.Length, piece];
            using var answer = await http.PostAsJsonAsync("api/documents/d/operations", new { session = "api-test", sequence = i + 1, @base = i, delta });
            answer.EnsureSuccessStatusCode();
            text.Append(piece);
        }

        return text.ToString();
    }
}
