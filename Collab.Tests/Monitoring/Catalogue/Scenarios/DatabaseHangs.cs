using Collab.Tests.Postgres;
using Collab.Tests.Web;

namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>The database stops where it stands, its connections open: whoever joins, comes back or reads old operations waits, and so does what is to be appended.</summary>
/// <param name="window">Operations that the server keeps in memory; what lies before is read from the log.</param>
internal sealed class DatabaseHangs(PostgresServer postgres, int window) : Scenario
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(5);

    public override IEnumerable<Move> Moves =>
    [
        Move.AtLeast("collab_resilience_events_total{pipeline=\"log-append\",event=\"timeout\"}", 1),
        Move.AtLeast("collab_resilience_events_total{pipeline=\"log-read\",event=\"timeout\"}", 1),
        Move.AtLeast("collab_cache_misses_total{cache=\"operation_window\"}", 1),
        Move.Shows("collab_log_queue_depth", 0),
        Move.Shows("collab_connection_state{state=\"joining\"}", 0),
        Move.Shows("collab_connection_state{state=\"resuming\"}", 0),
        Move.Shows("collab_connection_state{state=\"catching_up\"}", 0),
        Move.Shows("collab_circuit_breaker_state{breaker=\"log-append\"}", 0),
        Move.Shows("collab_circuit_breaker_state{breaker=\"log-read\"}", 0),
    ];

    public override bool PutsOff => true;

    public override async Task HappenAsync(Stage stage)
    {
        string document = await stage.CreateAsync(), other = await stage.CreateAsync();
        for (int i = 0; i < 2 * window; i++)
            await stage.WriteAsync(document, "a", i + 1, i, i == 0 ? ["x"] : ["x", i]);
        await stage.WriteAsync(other, "a", 1, 0, "x");
        var newcomer = await stage.ConnectAsync();
        // Over REST the log would have to be asked who it is that writes.
        var writer = await stage.ConnectAsync();
        await stage.JoinAsync(writer, document);
        await stage.JoinAsync(writer, other);
        var reader = await stage.ConnectAsync();
        await stage.JoinAsync(reader, document);
        var first = await stage.ConnectAsync();
        var joined = await stage.JoinAsync(first, document);
        await first.DisposeAsync();
        var returning = await stage.ConnectAsync();
        var resume = new { session = joined.GetProperty("session").GetString(), token = joined.GetProperty("token").GetString() };

        await postgres.FreezeAsync();
        try
        {
            await ShowsAsync(stage, "collab_connection_state{state=\"joining\"}", newcomer, "join", new { document, version = 1 });
            await ShowsAsync(stage, "collab_connection_state{state=\"resuming\"}", returning, "join", new { document, version = 1, resume });
            await ShowsAsync(stage, "collab_connection_state{state=\"catching_up\"}", reader, "read", new { document, from = 0 });
            // One is on its way into the log, the other waits behind it.
            await writer.SubmitAsync(document, 1, 2 * window, "y", 2 * window);
            await writer.SubmitAsync(other, 1, 1, "y", 1);
            await Eventually.IsTrue(async () => (await stage.ScrapeAsync()).Sum("collab_log_queue_depth") >= 1, "an append waits for the log");
            await Eventually.IsTrue(
                async () => await stage.ScrapeAsync() is var now && ((string[])["log-append", "log-read"]).All(pipeline => Timeouts(now, pipeline) > Timeouts(stage.Before, pipeline)), "calls of the log have taken too long");
        }
        finally
        {
            await postgres.ThawAsync();
        }

        // A breaker closes when somebody asks.
        await Eventually.IsTrue(
            async () =>
            {
                await stage.SendAsync(HttpMethod.Get, "/api/documents");
                return (await stage.ScrapeAsync()).Sum("collab_circuit_breaker_state{breaker=\"log-read\"}") == 0;
            },
            "the log is read again");
    }

    private static double Timeouts(MetricsPage page, string pipeline) => page.Sum($"collab_resilience_events_total{{pipeline=\"{pipeline}\",event=\"timeout\"}}");

    /// <summary>Sends something that is not answered, and again when the server has given up waiting, until the gauge shows that it waits.</summary>
    private static Task ShowsAsync(Stage stage, string gauge, HubClient client, string target, object argument)
    {
        var sentAt = DateTime.MinValue;
        return Eventually.IsTrue(
            async () =>
            {
                if (DateTime.UtcNow - sentAt > Again)
                {
                    await client.SendAsync(target, argument);
                    sentAt = DateTime.UtcNow;
                }

                return (await stage.ScrapeAsync()).Sum(gauge) >= 1;
            },
            $"{gauge} shows it");
    }
}
