using System.Net;

namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>Submissions that no document takes, each for a reason of its own, and one that comes twice.</summary>
internal sealed class SubmissionsAreRefused : Scenario
{
    public override IEnumerable<Move> Moves =>
    [
        .. Reasons.Select(reason => Move.By($"collab_operation_rejections_total{{reason=\"{reason}\"}}", 1)),
        Move.By("collab_operations_total{kind=\"text\",outcome=\"rejected\"}", Reasons.Length),
        Move.By("collab_operations_total{kind=\"text\",outcome=\"duplicate\"}", 1),
        Move.By("collab_conflicts_total", 1),
        Move.By("collab_limit_refusals_total{limit=\"operation_bytes\"}", 1),
        Move.By("collab_limit_refusals_total{limit=\"document_length\"}", 1),
        Move.By("collab_grain_calls_total{grain=\"DocumentGrain\",method=\"Submit\",status=\"rejected\"}", Reasons.Length),
    ];

    private static string[] Reasons =>
        ["revision_ahead", "length_mismatch", "malformed", "sequence_reused", "sequence_stale", "conflict", "operation_too_large", "document_too_long"];

    public override async Task HappenAsync(Stage stage)
    {
        string document = await stage.CreateAsync(), strict = await stage.CreateAsync(policy: "strict");
        await stage.WriteAsync(document, "a", 5, 0, "abcd");
        await stage.WriteAsync(strict, "a", 1, 0, "abcd");
        await stage.WriteAsync(strict, "a", 2, 1, 2, "x", 2);

        await RefusedAsync("revision_ahead", document, "a", 6, 99, 4, "x");
        await RefusedAsync("length_mismatch", document, "a", 6, 1, 5, "x");
        await RefusedAsync("malformed", document, "a", 6, 1, true);
        await RefusedAsync("sequence_reused", document, "a", 5, 0, "other");
        await RefusedAsync("sequence_stale", document, "a", 3, 1, 4, "x");
        await RefusedAsync("conflict", strict, "b", 1, 1, 2, "y", 2);
        await RefusedAsync("operation_too_large", document, "a", 6, 1, 4, new string('x', 600_000));
        await RefusedAsync("document_too_long", document, "a", 6, 1, 4, new string('x', 400_000));
        var again = await stage.SubmitAsync(document, "a", 5, 0, "abcd");
        Assert.Equal((HttpStatusCode.OK, true), (again.Status, again.Json.GetProperty("duplicate").GetBoolean()));

        async Task RefusedAsync(string reason, string of, string author, long sequence, long @base, params object[] delta) =>
            Assert.Equal(reason, (await stage.SubmitAsync(of, author, sequence, @base, delta)).Reason);
    }
}
