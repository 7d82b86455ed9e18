using System.Net;

namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>The load tool has three people type, of whom one is thrown out (the others go on seeing each other): it finds everything that was acknowledged, and tells that not all went well.</summary>
internal sealed class LoadIsMade : Scenario
{
    public override IEnumerable<Move> Moves =>
    [
        Move.Rises("collab_stress_operations_total{scenario=\"typing\",status=\"acknowledged\"}"),
        Move.Rises("collab_stress_latency_seconds_count{scenario=\"typing\"}"),
        Move.Rises("collab_stress_latency_seconds_sum{scenario=\"typing\"}"),
        Move.Rises("collab_stress_propagation_seconds_count{scenario=\"typing\"}"),
        Move.Rises("collab_stress_propagation_seconds_sum{scenario=\"typing\"}"),
        Move.Rises("collab_stress_lateness_seconds_count{scenario=\"typing\"}"),
        Move.AtLeast("collab_stress_errors_total{scenario=\"typing\"}", 1),
        Move.Shows("collab_stress_success{scenario=\"typing\"}", 0),
        Move.Shows("collab_stress_data_integrity_ratio{scenario=\"typing\"}", 1),
        Move.ShowsAtLeast("collab_stress_duration_seconds{scenario=\"typing\"}", 1),
        // While they typed it was more: that is waited for.
        Move.ShowsAtLeast("collab_stress_rps{scenario=\"typing\"}", 0),
        Move.ShowsAtLeast("collab_stress_clients{scenario=\"typing\"}", 0),
    ];

    public override async Task HappenAsync(Stage stage)
    {
        await Eventually.IsTrue(async () => (await stage.ScrapeAsync()).Sum("collab_stress_rps") > 0, "it types");
        // Alone one has nobody to see what is typed.
        double before = (await stage.ScrapeAsync()).Sum("collab_stress_propagation_seconds_count");
        await Eventually.IsTrue(async () => (await stage.ScrapeAsync()).Sum("collab_stress_propagation_seconds_count") > before, "one sees what the other types");
        var documents = (await stage.SendAsync(HttpMethod.Get, "/api/documents?limit=1000")).Json.GetProperty("documents").EnumerateArray().Select(document => document.GetProperty("id").GetString()!);
        // Scenarios of this host name theirs d-….
        string edited = documents.Single(id => !id.StartsWith("d-", StringComparison.Ordinal));
        string session = (await stage.SendAsync(HttpMethod.Get, $"/api/documents/{edited}/sessions")).Json.GetProperty("sessions")[0].GetProperty("session").GetString()!;
        Assert.Equal(HttpStatusCode.NoContent, (await stage.SendAsync(HttpMethod.Delete, $"/api/documents/{edited}/sessions/{session}")).Status);
        await Eventually.IsTrue(async () => (await stage.ScrapeAsync()).Sum("collab_stress_data_integrity_ratio") == 1, "everything that was acknowledged is there");
    }
}
