using Collab.Tests.Webhooks;

namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>The receiver of a webhook answers with errors for a while, does not want a delivery, wants nothing any more, and gets everything in the end.</summary>
internal sealed class ReceiverOfWebhooksIsSick(Receiver receiver) : Scenario
{
    public override IEnumerable<Move> Moves =>
    [
        Move.AtLeast("collab_webhook_deliveries_total{endpoint=\"hook\",outcome=\"delivered\"}", 1),
        Move.AtLeast("collab_webhook_deliveries_total{endpoint=\"hook\",outcome=\"failed\"}", 1),
        Move.AtLeast("collab_webhook_deliveries_total{endpoint=\"hook\",outcome=\"refused\"}", 1),
        Move.By("collab_webhook_deliveries_total{endpoint=\"hook\",outcome=\"gone\"}", 1),
        Move.AtLeast("collab_webhook_deliveries_total{endpoint=\"hook\",outcome=\"not_redelivered\"}", 1),
        Move.AtLeast("collab_webhook_deliveries_total{endpoint=\"hook\",outcome=\"redelivered\"}", 1),
        // A receiver that never answers, with an endpoint that does not wait for it.
        Move.AtLeast("collab_webhook_deliveries_total{endpoint=\"nobody\",outcome=\"given_up\"}", 1),
        Move.AtLeast("collab_webhook_events_total{endpoint=\"hook\",outcome=\"delivered\"}", 1),
        Move.AtLeast("collab_webhook_events_total{endpoint=\"hook\",outcome=\"dead_letter\"}", 1),
        Move.AtLeast("collab_webhook_request_duration_seconds_count{endpoint=\"hook\"}", 4),
        Move.Rises("collab_webhook_request_duration_seconds_sum{endpoint=\"hook\"}"),
        Move.AtLeast("collab_circuit_breaker_trips_total{breaker=\"webhook:hook\"}", 1),
        Move.Shows("collab_circuit_breaker_state{breaker=\"webhook:hook\"}", 0),
        Move.AtLeast("collab_resilience_events_total{pipeline=\"webhook:hook\",event=\"retry\"}", 1),
        Move.Shows("collab_webhook_lag{endpoint=\"hook\"}", 0),
        Move.Shows("collab_webhook_dead_letters{endpoint=\"hook\"}", 0),
    ];

    public override async Task HappenAsync(Stage stage)
    {
        receiver.AnswerWith(503);
        await stage.CreateAsync();
        await ShowsAsync(stage, "collab_circuit_breaker_state{breaker=\"webhook:hook\"}", atLeast: 2);
        await ShowsAsync(stage, "collab_webhook_lag{endpoint=\"hook\"}", atLeast: 1);

        receiver.AnswerWith(422);
        await ShowsAsync(stage, "collab_webhook_dead_letters{endpoint=\"hook\"}", atLeast: 1);
        await PostAsync(stage, "dead-letters/redeliver");
        await DeliveredAsync(stage, "not_redelivered");

        receiver.AnswerWith(410);
        await stage.CreateAsync();
        await DeliveredAsync(stage, "gone");

        receiver.AnswerWith(204);
        await PostAsync(stage, "resume");
        await PostAsync(stage, "dead-letters/redeliver");
    }

    private static Task ShowsAsync(Stage stage, string gauge, double atLeast) =>
        Eventually.IsTrue(async () => (await stage.ScrapeAsync()).Sum(gauge) >= atLeast, $"{gauge} is {atLeast}");

    // Since the scenario began: it may have been disturbed, and be played for the second time.
    private static Task DeliveredAsync(Stage stage, string outcome)
    {
        string series = $"collab_webhook_deliveries_total{{endpoint=\"hook\",outcome=\"{outcome}\"}}";
        return Eventually.IsTrue(async () => (await stage.ScrapeAsync()).Sum(series) > stage.Before.Sum(series), $"an event ends as {outcome}");
    }

    private static async Task PostAsync(Stage stage, string what) =>
        Assert.True((await stage.SendAsync(HttpMethod.Post, $"/operations/webhooks/hook/{what}")).IsSuccess);
}
