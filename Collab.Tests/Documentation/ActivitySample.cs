using Collab.Contracts.Activity;
using Microsoft.Extensions.Logging;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Collab.Tests.Documentation;

#region consumer
/// <summary>One for each of the streams: its key is the shard's. The first event brings it about, on some silo.</summary>
[Alias("sample.IBurstGrain")]
public interface IBurstGrain : IGrainWithStringKey;

[ImplicitStreamSubscription(ActivityStream.Namespace)]
public sealed class BurstGrain(ILogger<BurstGrain> logger) : Grain, IBurstGrain, IStreamSubscriptionObserver, IAsyncObserver<ActivityEvent>
{
    // Keep it where it survives, and read it again in OnActivateAsync.
    private long _handled;

    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<ActivityEvent>().ResumeAsync(this);

    // A stream may lose, repeat and reorder. So an event is only the sign that there is something to read.
    public async Task OnNextAsync(ActivityEvent item, StreamSequenceToken? token = null)
    {
        while (item.Kind == ActivityKind.ConflictBurst && _handled < item.Position)
        {
            var page = await GrainFactory.GetGrain<IActivityFeedGrain>(IActivityFeedGrain.Key).ReadAfter(_handled, limit: 100);
            if (page.Events.IsEmpty)
                return; // Refused, the log is away: the next event comes.
            foreach (var happened in page.Events.Where(each => ActivityStream.ShardOf(each.Document) == this.GetPrimaryKeyString()))
                Handle(happened);
            _handled = page.Events[^1].Position;
        }
    }

    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;

    private void Handle(ActivityEvent happened)
    {
        if (happened.Kind == ActivityKind.ConflictBurst)
            logger.LogWarning("People get in each other's way in {Document}.", happened.Document);
    }
}
#endregion
