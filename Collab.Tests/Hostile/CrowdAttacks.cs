using System.Net.Http.Json;
using System.Text;
using static Collab.Tests.Hostile.RawClient;

namespace Collab.Tests.Hostile;

/// <summary>Very many, very slow, and half there.</summary>
internal static class CrowdAttacks
{
    public static IEnumerable<Attack> All() =>
    [
        new("connections by the hundred, one after the other", ConnectLoopAsync),
        new("connections that say nothing, and half a request", HalfOpenAsync),
        new("readers that take nothing", SlowReadersAsync),
    ];

    // 10,000 a minute are 167 a second; this goes as fast as it can.
    private static async Task<string> ConnectLoopAsync(Uri server, int size)
    {
        var heard = new StringBuilder();
        await Parallel.ForEachAsync(Enumerable.Range(0, 500 * size), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
        {
            await using var client = (i % 3) switch
            {
                0 => await ConnectAsync(server),
                1 => await UpgradeAsync(server),
                _ => await OpenAsync(server),
            };
            // Some of those who got through the handshake say something, too.
            if (i % 51 == 2)
            {
                await client.SayAsync(Invoke("join", """{"document":"nowhere","version":1}"""));
                await client.WhenHeardAsync("\"target\":\"refused\"");
                lock (heard)
                    heard.AppendLine(client.Heard);
            }
        });
        return heard.ToString();
    }

    private static async Task<string> HalfOpenAsync(Uri server, int size)
    {
        var clients = new List<RawClient>();
        // One in four gets as far as the hub, which takes no more than a thousand strangers from one address: that limit has a test of its own.
        for (int i = 0; i < Math.Min(200 * size, 3_200); i++)
        {
            var client = await ConnectAsync(server, listens: false);
            clients.Add(client);
            await client.SendAsync((i % 4) switch { 0 => "", 1 => "G", 2 => $"POST /api/documents HTTP/1.1\r\nHost: {server.Authority}\r\nContent-Length: 100\r\n\r\n{{", _ => Upgrade(server) });
        }

        await using (var other = await OpenAsync(server))
            await other.SayAsync("""{"type":6}""");
        foreach (var client in clients)
            await client.DisposeAsync();
        return "";
    }

    /// <summary>Twenty open a document of 4 MB and take nothing of it, nor of what is written there meanwhile.</summary>
    private static async Task<string> SlowReadersAsync(Uri server, int size)
    {
        const int Pieces = 10, Length = 400_000;
        string document = await MessageAttacks.CreateAsync(server);
        using var http = new HttpClient { BaseAddress = server };
        for (int i = 0; i < Pieces; i++)
            await WriteAsync(i, i == 0 ? [new string('x', Length)] : [new string('x', Length), i * Length]);
        var readers = new List<RawClient>();
        for (int i = 0; i < 20 * size; i++)
        {
            var reader = await OpenAsync(server, listens: false);
            readers.Add(reader);
            await reader.SayAsync(Invoke("join", $$"""{"document":"{{document}}","version":1}"""));
        }

        for (int i = 0; i < 20; i++)
            await WriteAsync(Pieces + i, [new string('y', 100_000), (Pieces * Length) + (i * 100_000)]);
        foreach (var reader in readers)
            await reader.DisposeAsync();
        return "";

        async Task WriteAsync(int revision, object[] delta)
        {
            using var answer = await http.PostAsJsonAsync($"/api/documents/{document}/operations", new { session = "api-writer", sequence = revision + 1, @base = revision, delta });
            answer.EnsureSuccessStatusCode();
        }
    }
}
