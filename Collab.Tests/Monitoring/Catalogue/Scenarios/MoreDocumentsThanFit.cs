using System.Net;
using Collab.Tests.Web;

namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>More documents are opened than may be in memory: those that nobody is in are put away, and loaded again when somebody comes, who gets a snapshot.</summary>
/// <param name="limit">Documents that may be in memory.</param>
internal sealed class MoreDocumentsThanFit(int limit) : Scenario
{
    private int Documents => 2 * limit;

    public override IEnumerable<Move> Moves =>
    [
        Move.AtLeast("collab_cache_evictions_total{cache=\"active_documents\"}", Documents - limit),
        Move.AtLeast("collab_cache_misses_total{cache=\"active_documents\"}", Documents),
        Move.AtLeast("collab_cache_misses_total{cache=\"snapshot\"}", 1),
        Move.AtLeast("collab_cache_hits_total{cache=\"snapshot\"}", 1),
        Move.AtLeast("collab_cache_misses_total{cache=\"host_snapshot\"}", 1),
        Move.AtLeast("collab_cache_hits_total{cache=\"host_snapshot\"}", 1),
        Move.ShowsAtLeast("collab_cache_entries{cache=\"host_snapshot\"}", 1),
        Move.ShowsAtLeast("collab_cache_bytes{cache=\"host_snapshot\"}", 1),
        Move.AtLeast("collab_document_load_seconds_count{kind=\"text\"}", Documents),
        Move.AtLeast("collab_limit_refusals_total{limit=\"active_documents\"}", 1),
    ];

    public override async Task HappenAsync(Stage stage)
    {
        string[] documents = new string[Documents];
        for (int i = 0; i < Documents; i++)
        {
            documents[i] = await stage.CreateAsync();
            await stage.WriteAsync(documents[i], "a", 1, 0, $"text {i}");
        }

        await ComeBackAsync(stage, documents[^1]);
        // Together: the second takes the snapshot that was read for the first.
        var one = await stage.ConnectAsync();
        var two = await stage.ConnectAsync();
        await stage.JoinAsync(one, documents[0]);
        await stage.JoinAsync(two, documents[0]);
        for (int i = 1; i < limit; i++)
            await stage.JoinAsync(one, documents[i]);
        // Somebody is in each that fits now.
        await Eventually.IsTrue(
            async () => (await stage.SendAsync(HttpMethod.Post, "/api/documents", new { id = $"d-{Guid.NewGuid():N}", kind = "text" })).Status == HttpStatusCode.TooManyRequests, "one more is refused");
    }

    /// <summary>Leaves, and comes back when there is something new: the host reads a snapshot again, and gets the one that the silo encoded for it a moment ago.</summary>
    private static async Task ComeBackAsync(Stage stage, string document)
    {
        int length = (await stage.SendAsync(HttpMethod.Get, $"/api/documents/{document}/content")).Json.GetProperty("content").GetString()!.Length;
        int written = 1;
        await Eventually.IsTrue(
            async () =>
            {
                await JoinAsync();
                await stage.WriteAsync(document, "a", written + 1, written, "x", length + written - 1);
                written++;
                await JoinAsync();
                return (await stage.ScrapeAsync()).Sum("collab_cache_hits_total{cache=\"snapshot\"}") > stage.Before.Sum("collab_cache_hits_total{cache=\"snapshot\"}");
            },
            "a snapshot is shared");

        async Task JoinAsync()
        {
            await using (var client = await HubClient.ConnectAsync(new Uri(stage.Url, "/collab"), null, null))
                await stage.JoinAsync(client, document);
            await Eventually.IsTrue(async () => (await stage.ScrapeAsync()).Sum("collab_websocket_active_connections") == 0, "who has left is gone");
        }
    }
}
