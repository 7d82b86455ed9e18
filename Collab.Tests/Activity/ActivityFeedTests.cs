using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Collab.Tests.Web;

namespace Collab.Tests.Activity;

/// <summary>The way from what people do to the feed over REST, on a real host.</summary>
public sealed class ActivityFeedTests : IAsyncLifetime
{
    private readonly WebHost _host = new(new Dictionary<string, string?>
    {
        ["Collab:Activity:ConflictBurstCount"] = "5",
        ["Collab:Activity:ConflictBurstWindow"] = "00:00:00.2",
        ["Collab:Documents:SnapshotOperations"] = "8",
    });

    public Task InitializeAsync() => _host.StartAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_meeting_is_in_the_feed_as_it_happened_and_once()
    {
        double created = await _host.MetricAsync("""collab_activity_events_total{kind="document_created",outcome="appended"}""");
        double published = await _host.MetricAsync("""collab_stream_publish_total{stream="activity",status="ok"}""");
        double messages = await _host.MetricAsync("""collab_stream_messages_total{stream="activity",direction="out"}""");
        double taken = await _host.MetricAsync("""collab_stream_messages_total{stream="activity",direction="in"}""");
        string document = await _host.CreateAsync();
        await using (var ann = await _host.ConnectAsync())
        await using (var ben = await _host.ConnectAsync())
        {
            await ann.JoinAsync(document);
            await ben.JoinAsync(document, "Ben");
            for (int i = 0; i < 9; i++)
                await PostAsync(document, i + 1, i);
            // On all nine at once: each is a conflict.
            await PostAsync(document, 10, 0);
            await FeedAsync(document, "conflict_burst");
            await ann.SendAsync("leave", new { document });
            await FeedAsync(document, "session_closed");
            await ben.SendAsync("leave", new { document });
            await FeedAsync(document, "document_closed");
        }

        var feed = (await FeedAsync(document, "checkpoint")).Reverse().ToArray();
        Assert.Equal(
            ["document_created", "document_opened", "session_joined Ann", "session_joined Ben", "conflict_burst", "session_closed Ann", "session_closed Ben", "document_closed"],
            feed.Select(Line).Where(line => line != "checkpoint"));
        Assert.Equal(feed.Length, feed.Select(each => each.GetProperty("id").GetString()).Distinct().Count());
        Assert.Equal("text", Detail(feed, "document_created").GetProperty("documentKind").GetString());
        Assert.Equal("normal_close", Detail(feed, "session_closed").GetProperty("reason").GetString());
        Assert.True(Detail(feed, "checkpoint").GetProperty("bytes").GetInt64() > 0);
        Assert.True(Detail(feed, "conflict_burst").GetProperty("conflicts").GetProperty("concurrent_insert").GetInt64() >= 5);
        Assert.True(await _host.MetricAsync("""collab_activity_events_total{kind="document_created",outcome="appended"}""") > created);
        Assert.True(await _host.MetricAsync("""collab_stream_publish_total{stream="activity",status="ok"}""") > published);
        Assert.True(await _host.MetricAsync("""collab_stream_messages_total{stream="activity",direction="out"}""") >= messages + feed.Length);
        await Eventually.IsTrue(async () => await _host.MetricAsync("""collab_stream_messages_total{stream="activity",direction="in"}""") >= taken + feed.Length, "the consumer has taken all of it");
        Assert.True(await _host.MetricAsync("""collab_stream_consume_duration_seconds_count{stream="activity"}""") >= feed.Length);
        Assert.True(await _host.MetricAsync("""collab_active_streams{stream="activity"}""") >= 1);
    }

    [Fact]
    public async Task Who_follows_all_documents_page_by_page_misses_nothing_and_sees_nothing_twice()
    {
        string[] documents = [await _host.CreateAsync(), await _host.CreateAsync(), await _host.CreateAsync(), await _host.CreateAsync(), await _host.CreateAsync()];
        foreach (string document in documents)
            await FeedAsync(document, "document_created");

        var seen = new List<JsonElement>();
        JsonElement page;
        long after = 0;
        do
        {
            page = await _host.GetAsync($"/api/activity?after={after}&limit=2");
            seen.AddRange(page.GetProperty("events").EnumerateArray());
            after = page.GetProperty("next").GetInt64();
        }
        while (after < page.GetProperty("head").GetInt64());

        Assert.Equal(seen.Select(Position).Order().Distinct(), seen.Select(Position));
        Assert.Equal(documents, seen.Where(each => Line(each) == "document_created").Select(each => each.GetProperty("document").GetString()!));
        page = await _host.GetAsync($"/api/activity?after={after}");
        Assert.Equal((0, after), (page.GetProperty("events").GetArrayLength(), page.GetProperty("next").GetInt64()));
    }

    [Fact]
    public async Task One_documents_feed_goes_back_page_by_page_and_ends()
    {
        string document = await _host.CreateAsync();
        for (int i = 0; i < 3; i++)
        {
            await using var ann = await _host.ConnectAsync();
            await ann.JoinAsync(document);
            await ann.SendAsync("leave", new { document });
            await Eventually.IsTrue(async () => (await FeedAsync(document)).Count(each => Line(each) == "document_closed") > i, "the document was closed");
        }

        var all = await FeedAsync(document);
        var paged = new List<JsonElement>();
        for (long? before = null; ;)
        {
            var page = await _host.GetAsync($"/api/documents/{document}/activity?limit=4{(before is null ? "" : $"&before={before}")}");
            paged.AddRange(page.GetProperty("events").EnumerateArray());
            if (!page.TryGetProperty("next", out var next))
                break;
            before = next.GetInt64();
        }

        Assert.Equal(13, all.Length);
        Assert.Equal(all.Select(Position), paged.Select(Position));
    }

    [Theory]
    [InlineData("/api/activity?after=-1")]
    [InlineData("/api/activity?limit=0")]
    [InlineData("/api/documents/d/activity?before=0")]
    [InlineData("/api/documents/d/activity?limit=0")]
    [InlineData("/api/documents/a b/activity")]
    public async Task What_can_be_no_page_is_malformed(string path)
    {
        using var answer = await _host.Http.GetAsync(path);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("malformed", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("reason").GetString());
    }

    private static string Line(JsonElement happened) =>
        happened.GetProperty("kind").GetString() + (happened.TryGetProperty("author", out var author) ? $" {author.GetString()}" : "");

    private static JsonElement Detail(IEnumerable<JsonElement> feed, string kind) => feed.First(each => each.GetProperty("kind").GetString() == kind).GetProperty("detail");

    private static long Position(JsonElement happened) => happened.GetProperty("position").GetInt64();

    private async Task<JsonElement[]> FeedAsync(string document) =>
        [.. (await _host.GetAsync($"/api/documents/{document}/activity")).GetProperty("events").EnumerateArray()];

    private async Task<JsonElement[]> FeedAsync(string document, string kind)
    {
        JsonElement[] feed = [];
        await Eventually.IsTrue(async () => (feed = await FeedAsync(document)).Any(each => each.GetProperty("kind").GetString() == kind), $"{kind} is in the feed");
        return feed;
    }

    private async Task PostAsync(string document, long sequence, long @base)
    {
        using var answer = await _host.Http.PostAsJsonAsync($"/api/documents/{document}/operations", new { session = $"api-{sequence}", sequence, @base, delta = @base == 0 ? new object[] { "x" } : [(int)@base, "x"] });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
