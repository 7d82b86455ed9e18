using System.Collections.Immutable;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Contracts.Load;

namespace Collab.Silo.Live;

/// <summary>What this host's live pages show. It asks the cluster at most once a second, and only for what is new, however many look at it; when nobody looks, it asks nothing.</summary>
internal sealed class LiveFeed(IGrainFactory grains, TimeProvider clock)
{
    private const int DocumentsLimit = 20;

    /// <summary>Of so many documents, the busiest, recent conflicts are shown.</summary>
    private const int ConflictedDocumentsLimit = 8;

    private const int ConflictsLimit = 50;

    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ConflictsFreshness = TimeSpan.FromSeconds(4);

    // A document that does not answer must not keep the page from the others.
    private static readonly TimeSpan DocumentPatience = TimeSpan.FromSeconds(2);

    // Hosts tell late of what was: up to so long, the moments that are here already may still change.
    private static readonly TimeSpan Unsettled = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Length = TimeSpan.FromMinutes(15);

    private readonly Lock _lock = new();
    private Task<LiveView>? _view;
    private long _viewedAt;
    private (ImmutableArray<DocumentConflict> Conflicts, long At)? _conflicts;

    /// <summary>As it is now, or was at most a second ago.</summary>
    public Task<LiveView> ReadAsync()
    {
        lock (_lock)
        {
            if (_view is { IsCompleted: false } || (_view is { IsCompletedSuccessfully: true } && clock.GetElapsedTime(_viewedAt) < Freshness))
                return _view;
            var before = _view is { IsCompletedSuccessfully: true } known ? known.Result : null;
            _viewedAt = clock.GetTimestamp();
            return _view = LookAsync(before?.Picture);
        }
    }

    private async Task<LiveView> LookAsync(LivePicture? before)
    {
        // Off the caller's lock.
        await Task.Yield();
        var grain = grains.GetGrain<ILoadGrain>(ILoadGrain.Key);
        var silos = grain.Read();
        var picture = await WatchAsync(grain, before);
        var documents = BusyDocument.Busiest(await silos, DocumentsLimit);
        if (_conflicts is not { } known || clock.GetElapsedTime(known.At) >= ConflictsFreshness)
            _conflicts = known = (await ConflictsAsync(documents), clock.GetTimestamp());
        return new LiveView(picture, documents, known.Conflicts);
    }

    private static async Task<LivePicture> WatchAsync(ILoadGrain grain, LivePicture? before)
    {
        var settled = before is null ? DateTimeOffset.MinValue : before.At - Unsettled;
        var reading = await grain.Watch(settled);
        if (before is not null && !reading.Series.Take(before.Series.Count).SequenceEqual(before.Series))
        {
            // The grain has begun anew.
            (before, settled) = (null, DateTimeOffset.MinValue);
            reading = await grain.Watch(settled);
        }

        var kept = before?.Moments.Where(moment => moment.At <= settled && moment.At > reading.At - Length) ?? [];
        return new LivePicture(reading.At, reading.Step, reading.Series, [.. kept, .. reading.Moments], reading.Hosts, reading.Increase);
    }

    private async Task<ImmutableArray<DocumentConflict>> ConflictsAsync(ImmutableArray<BusyDocument> documents)
    {
        var lists = await Task.WhenAll(documents.Take(ConflictedDocumentsLimit).Select(async each =>
        {
            try
            {
                var conflicts = await grains.GetGrain<IDocumentGrain>(each.Load.Document.Value).RecentConflicts().WaitAsync(DocumentPatience, clock);
                return conflicts.Select(conflict => new DocumentConflict(each.Load.Document, conflict));
            }
            catch (Exception)
            {
                // It is busy, or on its way to another silo; its breaker and its errors are shown elsewhere.
                return [];
            }
        }));
        return [.. lists.SelectMany(list => list).OrderByDescending(each => each.Conflict.At).Take(ConflictsLimit)];
    }
}

/// <param name="Conflicts">The newest first.</param>
internal sealed record LiveView(LivePicture Picture, ImmutableArray<BusyDocument> Documents, ImmutableArray<DocumentConflict> Conflicts);

internal sealed record DocumentConflict(DocumentId Document, ConflictRecord Conflict);
