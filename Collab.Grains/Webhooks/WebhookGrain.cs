using Collab.Contracts.Webhooks;
using Collab.Grains.Activity;
using Collab.Grains.Log;
using Collab.Observability;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;

namespace Collab.Grains.Webhooks;

/// <summary>
/// One endpoint's place in the cluster: makes the steps of its <see cref="WebhookFeed"/> one after the other, each on a tick of a timer, and answers operators in between.
/// </summary>
/// <remarks>Of two activations, which can exist for a moment, each may post the same delivery; it has the same id.</remarks>
[Reentrant]
public sealed partial class WebhookGrain(WebhookEndpoints endpoints, IActivityLog log, TimeProvider clock, ILogger<WebhookGrain> logger) : Grain, IWebhookGrain
{
    private const int PageLimit = 1_000;

    /// <summary>After a defect; nothing that is expected ends here.</summary>
    private static readonly TimeSpan DefectPause = TimeSpan.FromSeconds(30);

    /// <summary>Beyond the next step, so that an activation that waits for it is not collected.</summary>
    private static readonly TimeSpan Spare = TimeSpan.FromMinutes(1);

    private WebhookEndpoint? _endpoint;
    private WebhookFeed? _feed;
    private WebhookRedelivery? _redelivery;
    private IGrainTimer? _timer;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _endpoint = endpoints.Find(this.GetPrimaryKeyString());
        if (_endpoint is null)
            return Task.CompletedTask;
        _feed = new WebhookFeed(_endpoint, log, clock, logger);
        _redelivery = new WebhookRedelivery(_endpoint, log);
        _timer = this.RegisterGrainTimer(StepAsync, new GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan) { Interleave = true, KeepAlive = true });
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_feed is not { } feed || _endpoint is not { } endpoint)
            return;
        // It is somebody else's to tell from here on.
        endpoint.Metrics.Lag.Set(0);
        endpoint.Metrics.DeadLetters.Set(0);
        try
        {
            await feed.CloseAsync(cancellationToken);
        }
        catch (LogUnavailableException)
        {
            // The last delivery is posted again, with the id that it had.
        }
    }

    public Task Wake()
    {
        // During a tick this holds from its end on.
        _timer?.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    public async Task<WebhookStatus?> Describe()
    {
        if (_feed is not { } feed || _endpoint is not { } endpoint)
            return null;
        var status = new WebhookStatus(
            endpoint.Name, endpoint.Address, State(feed), feed.Position, 0, 0, endpoint.Pipeline.RefusesFor is null ? "closed" : "open",
            feed.HasPending ? feed.Rounds : 0, feed.NextAttemptAt, feed.LastDeliveredAt, feed.LastFailedAt, feed.LastFailure);
        try
        {
            long head = await log.ReadHeadAsync(CancellationToken.None);
            return status with { Lag = Math.Max(0, head - feed.Position), DeadLetters = await log.CountDeadLettersAsync(WebhookFeed.Consumer(endpoint.Name), CancellationToken.None) };
        }
        catch (LogUnavailableException failure)
        {
            return status with { Refusal = failure.ToRefusal() };
        }
    }

    public async Task<DeadLetterPage?> ListDeadLetters(long after, int limit)
    {
        if (_endpoint is null)
            return null;
        try
        {
            var letters = await log.ListDeadLettersAsync(WebhookFeed.Consumer(_endpoint.Name), after, Math.Clamp(limit, 1, PageLimit), CancellationToken.None);
            return new DeadLetterPage([.. letters.Select(letter => new DeadLetterEntry(letter.Event, letter.Attempts, letter.Failure, letter.At))]);
        }
        catch (LogUnavailableException failure)
        {
            return new DeadLetterPage([], failure.ToRefusal());
        }
    }

    public async Task<WebhookStatus?> Redeliver()
    {
        _redelivery?.Request();
        await Wake();
        return await Describe();
    }

    public async Task<WebhookStatus?> Resume()
    {
        try
        {
            await (_feed?.ResumeAsync(CancellationToken.None) ?? Task.CompletedTask);
        }
        catch (LogUnavailableException failure)
        {
            return await Describe() is { } status ? status with { Refusal = failure.ToRefusal() } : null;
        }

        await Wake();
        return await Describe();
    }

    private static string State(WebhookFeed feed) =>
        feed.IsStopped ? "stopped" : feed.NextAttemptAt is not null ? "waiting" : feed.HasPending ? "delivering" : "idle";

    private async Task StepAsync(CancellationToken cancellation)
    {
        TimeSpan? next;
        try
        {
            if (_redelivery!.IsRequested)
            {
                await _redelivery.StepAsync(cancellation);
                next = TimeSpan.Zero;
            }
            else
            {
                next = await _feed!.StepAsync(cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return;
        }
        catch (LogUnavailableException failure)
        {
            ErrorMetrics.Count(ErrorComponent.Webhook, "log_away");
            LogNoLog(_endpoint!.Name, failure.Message);
            next = DefectPause;
        }
        catch (Exception defect)
        {
            ErrorMetrics.Count(ErrorComponent.Webhook, "defect");
            LogDefect(defect, _endpoint!.Name);
            next = DefectPause;
        }

        if (next is not { } pause || cancellation.IsCancellationRequested)
            return;
        DelayDeactivation(pause + Spare);
        _timer!.Change(pause, Timeout.InfiniteTimeSpan);
    }

    [LoggerMessage(2511, LogLevel.Error, "Webhook {Endpoint}: a step failed; the next one is in 30 s.")]
    private partial void LogDefect(Exception defect, string endpoint);

    [LoggerMessage(2512, LogLevel.Warning, "Webhook {Endpoint}: dead letters can't be read: {Failure}")]
    private partial void LogNoLog(string endpoint, string failure);
}
