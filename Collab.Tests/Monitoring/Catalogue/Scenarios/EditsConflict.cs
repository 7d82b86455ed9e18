namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>Two authors edit one place without having seen each other's edit: each kind of conflict, and each way in which it is resolved.</summary>
internal sealed class EditsConflict : Scenario
{
    private static readonly object Keep = new { retain = 1 };
    private static readonly object Bold = new { retain = 4, attributes = new { weight = "bold" } };
    private static readonly object Light = new { retain = 4, attributes = new { weight = "light" } };
    private static readonly object Delete = new { delete = 4 };

    public override IEnumerable<Move> Moves =>
    [
        Move.By("collab_conflicts_total{kind=\"concurrent_insert\",resolution=\"ordered\"}", 3),
        Move.By("collab_conflicts_total{kind=\"overlapping_delete\",resolution=\"merged\"}", 1),
        Move.By("collab_conflicts_total{kind=\"insert_into_deleted\",resolution=\"kept\"}", 1),
        Move.By("collab_conflicts_total{kind=\"format_against_format\",resolution=\"overwritten\"}", 1),
        Move.By("collab_conflicts_total{kind=\"format_against_format\",resolution=\"merged\"}", 1),
        Move.By("collab_conflicts_total{kind=\"format_on_deleted\",resolution=\"dropped\"}", 1),
        Move.By("collab_conflicts_total{kind=\"format_on_deleted\",resolution=\"overwritten\"}", 1),
        Move.By("collab_operations_total{kind=\"text\",outcome=\"rebased\"}", 4),
        Move.By("collab_operations_total{kind=\"richtext\",outcome=\"rebased\"}", 4),
        Move.By("collab_operations_total{kind=\"text\",outcome=\"applied\"}", 6),
        Move.By("collab_documents_total{kind=\"text\"}", 3),
        Move.By("collab_documents_total{kind=\"richtext\"}", 4),
        Move.By("collab_operation_rebase_distance_count", 22),
        // The third of the burst came after two.
        Move.By("collab_operation_rebase_distance_sum", 9),
        // When the burst is over.
        Move.By("collab_activity_events_total{kind=\"conflict_burst\",outcome=\"appended\"}", 1),
    ];

    public override async Task HappenAsync(Stage stage)
    {
        string burst = await OnTextAsync(stage, first: [2, "abc", 2], second: [2, "x", 2]);
        await stage.WriteAsync(burst, "third", 1, 1, 2, "y", 2);
        await OnTextAsync(stage, first: [-4], second: [-4]);
        await OnTextAsync(stage, first: [-4], second: [2, "xy", 2]);
        await OnRichTextAsync(stage, first: Bold, second: Light);
        await OnRichTextAsync(stage, first: Bold, second: Bold);
        await OnRichTextAsync(stage, first: Delete, second: Bold);
        await OnRichTextAsync(stage, first: Bold, second: Delete);
    }

    private static async Task<string> OnTextAsync(Stage stage, object[] first, object[] second)
    {
        string document = await stage.CreateAsync();
        await stage.WriteAsync(document, "first", 1, 0, "abcd");
        await stage.WriteAsync(document, "first", 2, 1, first);
        await stage.WriteAsync(document, "second", 1, 1, second);
        return document;
    }

    private static async Task OnRichTextAsync(Stage stage, object first, object second)
    {
        string document = await stage.CreateAsync("richtext");
        await stage.WriteAsync(document, "first", 1, 0, new { insert = "abcd" }, Keep);
        await stage.WriteAsync(document, "first", 2, 1, first, Keep);
        await stage.WriteAsync(document, "second", 1, 1, second, Keep);
    }
}
