namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>The process works and makes garbage, and is looked at each ten seconds.</summary>
internal sealed class ProcessIsBusy : Scenario
{
    public override IEnumerable<Move> Moves =>
    [
        Move.ShowsAtLeast("collab_runtime_threadpool_threads", 1),
        // Mostly nothing waits.
        Move.ShowsAtLeast("collab_runtime_threadpool_queue_length", 0),
        .. ((string[])["working_set", "heap", "committed", "limit"]).Select(kind => Move.ShowsAtLeast($"collab_runtime_memory_bytes{{kind=\"{kind}\"}}", 1 << 20)),
        // Of which generation, the runtime decides: large garbage alone makes it collect all of them, again and again.
        Move.Rises("collab_runtime_gc_collections_total"),
        Move.Rises("collab_runtime_gc_pause_seconds_total"),
        Move.ShowsAtLeast("collab_runtime_cpu_ratio", 0.000_1),
        Move.Shows("collab_websocket_connections_limit", 1_000_000),
    ];

    public override async Task HappenAsync(Stage stage)
    {
        string document = await stage.CreateAsync();
        await stage.WriteAsync(document, "a", 1, 0, new string('x', 200_000));
        await Eventually.IsTrue(
            async () =>
            {
                // Read as a whole, over and over.
                for (int i = 0; i < 20; i++)
                    await stage.SendAsync(HttpMethod.Get, $"/api/documents/{document}/content");
                var now = await stage.ScrapeAsync();
                return now.Sum("collab_runtime_gc_collections_total") > stage.Before.Sum("collab_runtime_gc_collections_total");
            },
            "garbage was collected");
    }
}
