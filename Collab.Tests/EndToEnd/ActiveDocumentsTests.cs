using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Collab.Client;

namespace Collab.Tests.EndToEnd;

/// <summary>A server keeps as many documents in memory as it was told, those that people are in first.</summary>
public sealed class ActiveDocumentsTests
{
    [Fact]
    public async Task Over_the_limit_documents_that_nobody_is_in_are_put_away_and_come_back_when_asked_for()
    {
        await using var server = await ServerProcess.StartAsync("Collab:Documents:ActiveDocumentsLimit=10", "Collab:Log:FlushInterval=00:00:00");
        using var http = new HttpClient { BaseAddress = server.Url };
        for (int i = 0; i < 30; i++)
            await WriteAsync(http, $"d{i}", $"text {i}");

        Scrape scrape = null!;
        await Eventually.IsTrue(async () => (scrape = await Scrape.OfAsync(server.Url)).Cache("active_documents", "entries") <= 10, "no more than 10 documents are active");
        Assert.Equal(30, scrape.Cache("active_documents", "misses_total"));
        Assert.InRange(scrape.Cache("active_documents", "evictions_total"), 20, 30);
        Assert.InRange(scrape.Cache("active_documents", "bytes"), 1, 10 * (16 << 10));
        Assert.Equal(scrape.Cache("active_documents", "entries"), scrape.Cache("operation_window", "entries"));
        for (int i = 0; i < 30; i++)
            Assert.Equal($"text {i}", (await http.GetFromJsonAsync<JsonElement>($"api/documents/d{i}/content")).GetProperty("content").GetString());
        var after = await Scrape.OfAsync(server.Url);
        Assert.True(after.Cache("active_documents", "misses_total") >= 50, "Of 30 documents at least 20 had to be loaded again.");
        Assert.True(after.Cache("active_documents", "hits_total") > 0);
    }

    [Fact]
    public async Task When_somebody_is_in_every_document_one_more_is_refused_until_somebody_leaves()
    {
        await using var server = await ServerProcess.StartAsync("Collab:Documents:ActiveDocumentsLimit=3", "Collab:Log:FlushInterval=00:00:00");
        using var http = new HttpClient { BaseAddress = server.Url };
        await using var ann = new CollabClient(server.Url);
        var open = new List<CollabDocument>();
        for (int i = 0; i < 3; i++)
        {
            await ann.CreateAsync($"d{i}");
            open.Add(await ann.OpenAsync($"d{i}"));
        }

        using var refused = await http.PostAsJsonAsync("api/documents", new { id = "d3", kind = "text" });
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(("overloaded", "retry"), (problem.GetProperty("reason").GetString(), problem.GetProperty("action").GetString()));
        Assert.Equal("3 documents are active in this silo, the limit (Collab:Documents:ActiveDocumentsLimit), and somebody is in each of them.", problem.GetProperty("detail").GetString());
        Assert.True(problem.GetProperty("retryAfter").GetInt64() > 0);
        await open[0].ReplaceAsync(0, 0, "They go on.");

        open[1].Close();
        await Eventually.IsTrue(async () =>
        {
            using var answer = await http.PostAsJsonAsync("api/documents", new { id = "d3", kind = "text" });
            return answer.IsSuccessStatusCode;
        });
        await open[0].ReplaceAsync(0, 0, "Still. ");
    }

    [Fact]
    public async Task Over_the_limit_of_bytes_the_documents_used_least_recently_are_put_away()
    {
        await using var server = await ServerProcess.StartAsync("Collab:Documents:ActiveBytesLimit=4194304", "Collab:Log:FlushInterval=00:00:00");
        using var http = new HttpClient { BaseAddress = server.Url };
        for (int i = 0; i < 12; i++)
            await WriteAsync(http, $"d{i}", new string((char)('a' + i), 200_000));

        Scrape scrape = null!;
        await Eventually.IsTrue(async () => (scrape = await Scrape.OfAsync(server.Url)).Cache("active_documents", "bytes") <= 4 << 20, "no more than 4 MiB are active");
        Assert.True(scrape.Cache("active_documents", "evictions_total") > 0);
        Assert.Equal(new string('a', 200_000), (await http.GetFromJsonAsync<JsonElement>("api/documents/d0/content")).GetProperty("content").GetString());
    }

    private static async Task WriteAsync(HttpClient http, string id, string text)
    {
        // Another document may be on its way out to make room.
        await Eventually.IsTrue(async () =>
        {
            using var created = await http.PostAsJsonAsync("api/documents", new { id, kind = "text" });
            return created.IsSuccessStatusCode;
        });
        using var written = await http.PostAsJsonAsync($"api/documents/{id}/operations", new { session = "api-test", sequence = 1, @base = 0, delta = new object[] { text } });
        Assert.Equal(HttpStatusCode.OK, written.StatusCode);
    }
}
