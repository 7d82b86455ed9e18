using System.Collections.Immutable;
using Collab.Contracts.Activity;
using Collab.Grains.Activity;

namespace Collab.Grains.Webhooks;

/// <summary>What an endpoint wants out of the activity log, a delivery's worth at a time.</summary>
internal sealed class WebhookReader(WebhookEndpoint endpoint, IActivityLog log, TimeProvider time)
{
    private const int PageEvents = 500;

    /// <summary>An endpoint that wants little of much reads on for so long, and then notes how far it has got.</summary>
    private const int PagesLimit = 20;

    private readonly HashSet<ActivityKind> _kinds = [.. endpoint.Options.Events.Select(word => ActivityJson.Kind(word)!.Value)];

    /// <param name="to">A delivery that was begun ends here. Null: it ends where it is full.</param>
    /// <returns>The events, at most a delivery's worth and maybe none; the position of the last one that was looked at; and whether that was the newest.</returns>
    public async Task<(ImmutableArray<ActivityEvent> Events, long To, bool IsHead)> ReadAsync(long after, long? to, CancellationToken cancellation)
    {
        var events = ImmutableArray.CreateBuilder<ActivityEvent>();
        long at = after;
        for (int page = 0; page < PagesLimit || to is not null; page++)
        {
            var read = await log.ReadAfterAsync(at, PageEvents, cancellation);
            // Positions have no gaps but what retention gave up, and that is lost to whoever was so far behind.
            if (!read.IsEmpty && read[0].Position > at + 1)
                endpoint.Metrics.Events("trimmed").Inc(read[0].Position - at - 1);
            foreach (var happened in read)
            {
                if (happened.Position > to)
                    return (events.ToImmutable(), to.Value, false);
                if (Wants(happened))
                    events.Add(happened);
                at = happened.Position;
                if (at == to || events.Count == endpoint.Options.BatchLimit)
                    return (events.ToImmutable(), at, false);
            }

            if (read.Length < PageEvents)
                return (events.ToImmutable(), at, true);
        }

        return (events.ToImmutable(), at, false);
    }

    private bool Wants(ActivityEvent happened)
    {
        if ((_kinds.Count > 0 && !_kinds.Contains(happened.Kind)) || !endpoint.Documents.Matches(happened.Document))
            return false;
        if (endpoint.Options.MaxAge == TimeSpan.Zero || happened.At >= time.GetUtcNow() - endpoint.Options.MaxAge)
            return true;
        endpoint.Metrics.Events("too_old").Inc();
        return false;
    }
}
