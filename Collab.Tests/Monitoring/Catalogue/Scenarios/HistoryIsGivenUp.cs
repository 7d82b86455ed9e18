namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>A document grows beyond what is kept of its history; somebody submits against what is gone.</summary>
internal sealed class HistoryIsGivenUp : Scenario
{
    private const int Operations = 60;

    public override IEnumerable<Move> Moves =>
    [
        Move.AtLeast("collab_log_trimmed_operations_total{store=\"sqlite\"}", 1),
        Move.AtLeast("collab_activity_events_total{kind=\"checkpoint\",outcome=\"appended\"}", 1),
        Move.AtLeast("collab_store_query_duration_seconds_count{operation=\"write\",table=\"snapshots\"}", 1),
        Move.AtLeast("collab_store_query_duration_seconds_count{operation=\"trim\",table=\"operations\"}", 1),
        Move.AtLeast("collab_operation_rejections_total{reason=\"revision_unavailable\"}", 1),
        Move.AtLeast("collab_document_size_bytes_count{kind=\"text\"}", 1),
    ];

    public override async Task HappenAsync(Stage stage)
    {
        string document = await stage.CreateAsync();
        for (int i = 0; i < Operations; i++)
            await stage.WriteAsync(document, "a", i + 1, i, i == 0 ? ["x"] : ["x", i]);
        await Eventually.IsTrue(
            async () => (await stage.SendAsync(HttpMethod.Get, $"/api/documents/{document}")).Json.GetProperty("start").GetInt64() > 0, "history before a snapshot is given up");
        Assert.Equal("revision_unavailable", (await stage.SubmitAsync(document, "late", 1, 0, "y")).Reason);
    }
}
