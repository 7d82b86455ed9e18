using System.Net.Http.Json;
using System.Text.Json;

namespace Collab.Tests.EndToEnd;

/// <summary>A real server is killed while things happen: what its feed has shown stays as it is, and goes on without a hole or a second time.</summary>
public sealed class ActivityTests
{
    private const int Lives = 3;

    [Fact]
    public async Task A_killed_servers_feed_keeps_what_it_has_shown_and_goes_on()
    {
        await using var server = await ServerProcess.StartAsync("Collab:Activity:BatchInterval=00:00:00.010");
        using var http = new HttpClient { BaseAddress = server.Url };
        var shown = new List<string>();
        for (int life = 1; life <= Lives; life++)
        {
            int made = 0;
            using var stop = new CancellationTokenSource();
            var making = Task.Run(async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    using var answer = await http.PostAsJsonAsync("/api/documents", new { id = $"d-{life}-{made}", kind = "text" });
                    answer.EnsureSuccessStatusCode();
                    made++;
                }
            });
            int before = shown.Count;
            List<string> feed = [];
            await Eventually.IsTrue(async () => (feed = await FeedAsync(http)).Count > before + 20, "20 more events are in the feed");
            Assert.Equal(shown, feed[..shown.Count]);
            shown = feed;

            await server.KillAsync();
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<Exception>(() => making.WaitAsync(TimeSpan.FromMinutes(1)));
            await server.StartAgainAsync();

            feed = await FeedAsync(http);
            Assert.Equal(shown, feed[..shown.Count]);
            // Of one life's documents those are in the feed that were made first: nothing between was lost.
            string[] ofLife = [.. feed.Where(each => each.Contains($" d-{life}-", StringComparison.Ordinal)).Select(each => each.Split(' ')[1])];
            Assert.Equal(Enumerable.Range(0, ofLife.Length).Select(i => $"d-{life}-{i}"), ofLife);
            Assert.InRange(ofLife.Length, 1, made + 1);
            shown = feed;
        }
    }

    /// <summary>All documents' activity from the beginning: position and id, and which document.</summary>
    private static async Task<List<string>> FeedAsync(HttpClient http)
    {
        var feed = new List<string>();
        long after = 0;
        while (true)
        {
            var page = await http.GetFromJsonAsync<JsonElement>($"/api/activity?after={after}&limit=1000");
            var events = page.GetProperty("events").EnumerateArray().ToList();
            if (events.Count == 0)
                return feed;
            foreach (var happened in events)
            {
                long position = happened.GetProperty("position").GetInt64();
                Assert.True(position > after);
                after = position;
                feed.Add($"{position}:{happened.GetProperty("id").GetString()} {happened.GetProperty("document").GetString()}");
            }
        }
    }
}
