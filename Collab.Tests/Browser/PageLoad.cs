using Collab.Client;

namespace Collab.Tests.Browser;

/// <summary>A small team at work: programs that type like people, in documents of both kinds, and meet now and then.</summary>
internal sealed class PageLoad : IAsyncDisposable
{
    private const int Seed = 1106;

    private readonly HttpClient _http;
    private readonly List<CollabClient> _clients = [];
    private readonly List<CollabDocument> _open = [];
    private readonly Meetings _meetings;
    private readonly Dictionary<string, string> _met = [];
    private readonly Random _random = new(Seed);

    private PageLoad(Uri server)
    {
        _http = new HttpClient { BaseAddress = server };
        _meetings = new Meetings(_http);
    }

    public static async Task<PageLoad> StartAsync(Uri server)
    {
        var load = new PageLoad(server);
        foreach (string name in (string[])["minutes", "launch-plan", "support-notes", "price-list", "roadmap"])
        {
            var first = new CollabClient(server, new CollabClientOptions { Name = "Ada" });
            load._clients.Add(first);
            await first.CreateAsync(name);
            load._open.Add(await first.OpenAsync(name));
            for (int i = 0; i < load._clients.Count % 4 + 1; i++)
            {
                var other = new CollabClient(server, new CollabClientOptions { Name = $"Guest {i}" });
                load._clients.Add(other);
                load._open.Add(await other.OpenAsync(name));
            }
        }

        foreach (string kind in (string[])["text", "richtext"])
            load._met[kind] = await load._meetings.StartAsync(kind, "Where they meet");
        foreach (var (kind, form) in Meetings.Kinds)
            await load._meetings.MeetAsync(load._met[form], kind);
        return load;
    }

    /// <summary>Works for so long, and not at an even pace.</summary>
    public async Task RunAsync(TimeSpan time)
    {
        var start = DateTime.UtcNow;
        string[] kinds = [.. Meetings.Kinds.Keys];
        while (DateTime.UtcNow - start is var passed && passed < time)
        {
            // Two waves, and busy at the end.
            double pace = 1 + (0.8 * Math.Cos(4 * Math.PI * (1 - (passed / time))));
            foreach (var document in _open.Where(_ => _random.NextDouble() < 0.3 + (0.25 * pace)))
            {
                int at = _random.Next(document.Content.Length + 1);
                await document.ReplaceAsync(at, 0, "word ");
            }

            for (int i = _random.Next((int)(2.2 * pace) + 1); i > 0; i--)
            {
                // The first kinds are the commoner ones.
                string kind = kinds[(int)(kinds.Length * _random.NextDouble() * Math.Sqrt(_random.NextDouble()))];
                await _meetings.MeetAsync(_met[Meetings.Kinds[kind]], kind);
            }

            await Task.Delay(150);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
        _http.Dispose();
    }
}
