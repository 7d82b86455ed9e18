namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>Somebody writes without a pause, and the document is the hottest of its silo.</summary>
internal sealed class DocumentIsHot : Scenario
{
    public override IEnumerable<Move> Moves =>
    [
        Move.ShowsAtLeast("collab_hot_documents", 1),
        Move.ShowsAtLeast("collab_busiest_document_operations_per_second", 1),
        Move.AtLeast("collab_grain_calls_total{grain=\"LoadGrain\",method=\"Report\"}", 1),
    ];

    public override async Task HappenAsync(Stage stage)
    {
        string document = await stage.CreateAsync();
        int head = 0;
        // The silo looks each ten seconds what it was busy with since.
        await Eventually.IsTrue(
            async () =>
            {
                for (int i = 0; i < 20; i++, head++)
                    await stage.WriteAsync(document, "a", head + 1, head, head == 0 ? ["x"] : ["x", head]);
                await Task.Delay(200);
                return (await stage.ScrapeAsync()).Sum("collab_hot_documents") >= 1;
            },
            "the document is hot");
    }
}
