using Collab.Client;
using Collab.Operations.Deltas;
using Collab.Tests.EndToEnd;

namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>Another server that knows nothing of this one takes a document over on the same database: what the first appends is refused, it reads what the other wrote, and its people notice nothing.</summary>
/// <param name="settings">Of a server on that database.</param>
internal sealed class SecondWriterTakesOver(string[] settings) : Scenario
{
    public override IEnumerable<Move> Moves =>
    [
        Move.AtLeast("collab_store_fenced_appends_total{store=\"postgresql\"}", 1),
        Move.AtLeast("collab_session_readmissions_total{result=\"readmitted\"}", 1),
        Move.AtLeast("collab_fanout_gap_reads_total", 1),
        Move.AtLeast("collab_cache_misses_total{cache=\"active_documents\"}", 1),
        Move.AtLeast("collab_document_load_seconds_count{kind=\"text\"}", 2),
        Move.Rises("collab_document_load_seconds_sum{kind=\"text\"}"),
        Move.AtLeast("collab_document_size_bytes_count{kind=\"text\"}", 2),
        Move.AtLeast("collab_store_query_duration_seconds_count{operation=\"open\",table=\"documents\"}", 2),
        Move.AtLeast("collab_operation_rejections_total{reason=\"not_admitted\"}", 1),
    ];

    public override async Task HappenAsync(Stage stage)
    {
        await using var second = await ServerProcess.StartAsync(settings);
        await using var bob = new CollabClient(second.Url);
        var ada = stage.Client("Ada");
        string id = $"d-{Guid.NewGuid():N}";
        await ada.CreateAsync(id);
        var left = await ada.OpenAsync(id);
        await left.ReplaceAsync(0, 0, "a");
        var right = await bob.OpenAsync(id);
        string[] moved = ["collab_store_fenced_appends_total", "collab_session_readmissions_total{result=\"readmitted\"}", "collab_fanout_gap_reads_total"];
        // Each edit of one takes the document over, and the other's next is fenced. Which way each of them gets on depends on who is quicker.
        await Eventually.IsTrue(
            async () =>
            {
                await AppendAsync(right, "b");
                await AppendAsync(left, "a");
                var now = await stage.ScrapeAsync();
                return moved.All(series => now.Sum(series) > stage.Before.Sum(series));
            },
            "the first has been fenced, has got its people in again, and has read what the second wrote");
    }

    private static Task AppendAsync(CollabDocument document, string text)
    {
        document.Edit(content => new DeltaBuilder(DeltaForm.Text).Retain(content.Length).Insert(text).Build());
        return document.WhenSavedAsync().WaitAsync(TimeSpan.FromMinutes(2));
    }
}
