using System.Net.Http.Json;
using System.Text.Json;
using Collab.Tests.Web;

namespace Collab.Tests.Webhooks;

/// <summary>The whole way: people come and go, the stream wakes the endpoint, the receiver has what the feed has.</summary>
public sealed class WebhookFeedTests
{
    [Fact]
    public async Task A_receiver_gets_what_happened_as_the_feed_shows_it_once_and_in_order()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await WebhookHost.StartAsync([("meeting", receiver)]);
        for (int i = 0; i < 3; i++)
        {
            using var answer = await host.Http.PostAsJsonAsync("/api/documents", new { id = $"d-{i}", kind = "text" });
            answer.EnsureSuccessStatusCode();
            await using var ann = await HubClient.ConnectAsync(new Uri(host.Http.BaseAddress!, "/collab"), null, null);
            await ann.JoinAsync($"d-{i}");
            await ann.SendAsync("leave", new { document = $"d-{i}" });
            await Eventually.IsTrue(
                async () => (await host.GetAsync($"/api/documents/d-{i}/activity")).GetProperty("events").EnumerateArray().Any(happened => happened.GetProperty("kind").GetString() == "document_closed"), "the document is closed");
        }

        // Five of each: created, opened, joined, closed, closed.
        List<JsonElement> delivered = [];
        await Eventually.IsTrue(() => (delivered = [.. receiver.Taken.SelectMany(delivery => delivery.Events)]).Count >= 15, "everything was delivered");
        var feed = (await host.GetAsync("/api/activity")).GetProperty("events").EnumerateArray();

        Assert.Equal(feed.Select(happened => happened.GetRawText()), delivered.Select(happened => happened.GetRawText()));
    }
}
