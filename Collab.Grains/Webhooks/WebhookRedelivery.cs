using Collab.Grains.Activity;

namespace Collab.Grains.Webhooks;

/// <summary>Posts dead letters once more, oldest first, those that were given up together in one delivery, which then is the one that it was.</summary>
internal sealed class WebhookRedelivery(WebhookEndpoint endpoint, IActivityLog log)
{
    private readonly string _consumer = WebhookFeed.Consumer(endpoint.Name);

    public bool IsRequested { get; private set; }

    public void Request() => IsRequested = true;

    /// <summary>Posts the next delivery. The first that is not taken ends it; what was not taken stays.</summary>
    public async Task StepAsync(CancellationToken cancellation)
    {
        var oldest = await log.ListDeadLettersAsync(_consumer, 0, endpoint.Options.BatchLimit, cancellation);
        if (oldest.IsEmpty)
        {
            IsRequested = false;
            return;
        }

        var delivery = new WebhookDelivery(endpoint.Name, [.. oldest.TakeWhile(letter => letter.At == oldest[0].At).Select(letter => letter.Event)]);
        var answer = await endpoint.PostAsync(delivery.Id, delivery.Body, cancellation);
        if (answer.Outcome != WebhookOutcome.Delivered)
        {
            IsRequested = false;
            endpoint.Metrics.Deliveries("not_redelivered").Inc();
            return;
        }

        endpoint.Metrics.Deliveries("redelivered").Inc();
        await log.DeleteDeadLettersAsync(_consumer, [.. delivery.Events.Select(happened => happened.Position)], cancellation);
        endpoint.Metrics.DeadLetters.Set(await log.CountDeadLettersAsync(_consumer, cancellation));
    }
}
