using System.Collections.Immutable;
using Collab.Contracts.Refusals;

namespace Collab.Contracts.Activity;

/// <summary>Reads the activity log for hosts and grains that have no access to it. Its key means nothing: any activation answers, use <see cref="Key"/>.</summary>
[Alias("collab.IActivityFeedGrain")]
public interface IActivityFeedGrain : IGrainWithStringKey
{
    const string Key = "activity";

    /// <summary>Events more than this are not given at once.</summary>
    const int PageLimit = 1_000;

    /// <summary>One document's events, newest first.</summary>
    /// <param name="before">The position of a page's last event; null starts with the newest.</param>
    /// <param name="limit">1 to <see cref="PageLimit"/>; more is taken as that.</param>
    [Alias("ReadDocument")]
    Task<ActivityPage> ReadDocument(DocumentId document, long? before, int limit);

    /// <summary>All documents' events, oldest first. Whoever keeps the last position that it handled misses nothing that is retained.</summary>
    /// <param name="after">0 starts with the oldest that is retained.</param>
    /// <param name="limit">1 to <see cref="PageLimit"/>; more is taken as that.</param>
    [Alias("ReadAfter")]
    Task<ActivityPage> ReadAfter(long after, int limit);
}

/// <summary>Some events of the activity log.</summary>
/// <param name="Head">The newest position of the whole log, 0 when it is empty: how far a reader is behind.</param>
[GenerateSerializer, Immutable, Alias("collab.ActivityPage")]
public sealed record ActivityPage(
    [property: Id(0)] ImmutableArray<ActivityEvent> Events,
    [property: Id(1)] long Head,
    [property: Id(2)] Refusal? Refusal = null) : IRefusable;
