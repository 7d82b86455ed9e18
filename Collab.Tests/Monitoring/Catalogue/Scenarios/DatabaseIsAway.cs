using Collab.Tests.Postgres;

namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>The database is stopped and started again: nothing can be appended or loaded meanwhile, what happened waits, and all goes on by itself.</summary>
internal sealed class DatabaseIsAway(PostgresServer postgres) : Scenario
{
    private const string Rejected = "collab_resilience_events_total{pipeline=\"log-read\",event=\"rejected\"}";

    public override IEnumerable<Move> Moves =>
    [
        Move.AtLeast("collab_log_batches_total{store=\"postgresql\",status=\"failed\"}", 1),
        Move.AtLeast("collab_log_batch_duration_seconds_count{store=\"postgresql\",status=\"failed\"}", 1),
        Move.AtLeast("collab_store_errors_total{store=\"postgresql\",error_type=\"cannot_open\"}", 1),
        Move.AtLeast("collab_circuit_breaker_trips_total{breaker=\"log-append\"}", 1),
        Move.AtLeast("collab_resilience_events_total{pipeline=\"log-append\",event=\"retry\"}", 1),
        Move.AtLeast("collab_resilience_events_total{pipeline=\"log-read\",event=\"retry\"}", 1),
        Move.AtLeast(Rejected, 1),
        Move.AtLeast("collab_operation_rejections_total{reason=\"storage_unavailable\"}", 1),
        Move.AtLeast("collab_operations_total{outcome=\"rejected\"}", 1),
        Move.Shows("collab_circuit_breaker_state{breaker=\"log-append\"}", 0),
        Move.Shows("collab_stream_lag", 0),
        Move.Shows("collab_log_queue_depth", 0),
    ];

    public override bool PutsOff => true;

    public override async Task HappenAsync(Stage stage)
    {
        string document = await stage.CreateAsync();
        var leaver = await stage.ConnectAsync();
        await stage.JoinAsync(leaver, document);
        await stage.WriteAsync(document, "a", 1, 0, "a");

        await postgres.StopAsync(PostgresStop.Fast);
        await Eventually.IsTrue(
            async () =>
            {
                // The same again, as whoever is refused does.
                await leaver.SubmitAsync(document, 1, 1, "b", 1);
                await Task.Delay(200);
                return (await stage.ScrapeAsync()).Sum("collab_circuit_breaker_state{breaker=\"log-append\"}") == 2;
            },
            "the breaker of the log is open");
        await Eventually.IsTrue(
            async () =>
            {
                // Of a session that it does not know, and of the list, the log is asked.
                await stage.SubmitOnceAsync(document, "b", 1, 1, "x", 1);
                await stage.SendAsync(HttpMethod.Get, "/api/documents");
                return (await stage.ScrapeAsync()).Sum(Rejected) > stage.Before.Sum(Rejected);
            },
            "nothing is read any more");
        await leaver.SendAsync("leave", new { document });
        await Eventually.IsTrue(async () => (await stage.ScrapeAsync()).Sum("collab_stream_lag") >= 1, "what happened waits for the log");

        await postgres.StartAsync();
        await Eventually.IsTrue(
            async () =>
            {
                await stage.SendAsync(HttpMethod.Get, $"/api/documents/{document}");
                return (await stage.SendAsync(HttpMethod.Get, $"/api/documents/{document}/content")).IsSuccess && (await stage.ScrapeAsync()).Sum("collab_circuit_breaker_state{breaker=\"log-append\"}") == 0;
            },
            "the log takes edits again");
    }
}
