using System.Collections.Immutable;
using Collab.Contracts.Activity;
using Collab.Resilience;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;

namespace Collab.Grains.Activity;

/// <summary>Reads the activity log for hosts that have no access to it. Holds nothing: each silo has its own, and one for each is enough, for its calls overlap.</summary>
[StatelessWorker(1), Reentrant]
public sealed class ActivityFeedGrain(IActivityLog log, [FromKeyedServices(PipelineName.LogRead)] Pipeline pipeline) : Grain, IActivityFeedGrain
{
    public Task<ActivityPage> ReadDocument(DocumentId document, long? before, int limit) => ReadAsync(
        static (query, cancellation) => query.log.ReadDocumentAsync(query.document, query.before, query.limit, cancellation), (log, document, before, limit: Clamp(limit)));

    public Task<ActivityPage> ReadAfter(long after, int limit) => ReadAsync(
        static (query, cancellation) => query.log.ReadAfterAsync(query.after, query.limit, cancellation), (log, after, limit: Clamp(limit)));

    private static int Clamp(int limit) => Math.Clamp(limit, 1, IActivityFeedGrain.PageLimit);

    private async Task<ActivityPage> ReadAsync<TQuery>(Func<TQuery, CancellationToken, ValueTask<ImmutableArray<ActivityEvent>>> read, TQuery query)
    {
        try
        {
            // The head first: what is appended between the two reads must not look as if it were behind the reader already.
            long head = await pipeline.RepeatAsync(static (log, cancellation) => log.ReadHeadAsync(cancellation), log, CancellationToken.None);
            var events = await pipeline.RepeatAsync(read, query, CancellationToken.None);
            return new ActivityPage(events, Math.Max(head, events.IsEmpty ? 0 : Math.Max(events[0].Position, events[^1].Position)));
        }
        catch (Exception failure) when (ActivityTrouble.IsAway(failure))
        {
            return new ActivityPage([], 0, ActivityTrouble.ToRefusal(failure));
        }
    }
}
