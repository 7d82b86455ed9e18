using Collab.Contracts.Activity;
using Collab.Contracts.Webhooks;
using Collab.Grains.Activity;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Collab.Grains.Webhooks;

/// <summary>Hears of one shard's activity and wakes the endpoints, which read what happened from the log: an event that the stream loses is read with the next.</summary>
[Alias("collab.IWebhookRelayGrain")]
public interface IWebhookRelayGrain : IGrainWithStringKey;

/// <inheritdoc cref="IWebhookRelayGrain"/>
[ImplicitStreamSubscription(ActivityStream.Namespace)]
public sealed class WebhookRelayGrain(WebhookEndpoints endpoints) : Grain, IWebhookRelayGrain, IStreamSubscriptionObserver, IAsyncObserver<ActivityEvent>
{
    /// <summary>Bounds the calls at ten a second and endpoint, however much happens, and lets what comes together go in one delivery.</summary>
    private static readonly TimeSpan GatherTime = TimeSpan.FromMilliseconds(100);

    private IGrainTimer? _gather;
    private bool _isGathering;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _gather = this.RegisterGrainTimer(WakeAsync, new GrainTimerCreationOptions(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        return Task.CompletedTask;
    }

    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<ActivityEvent>().ResumeAsync(new MeasuredActivityObserver(this));

    public Task OnNextAsync(ActivityEvent item, StreamSequenceToken? token = null)
    {
        if (!_isGathering && !endpoints.Names.IsEmpty)
        {
            _isGathering = true;
            _gather!.Change(GatherTime, Timeout.InfiniteTimeSpan);
        }

        return Task.CompletedTask;
    }

    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;

    private async Task WakeAsync(CancellationToken cancellation)
    {
        _isGathering = false;
        foreach (string name in endpoints.Names)
            await GrainFactory.GetGrain<IWebhookGrain>(name).Wake();
    }
}
