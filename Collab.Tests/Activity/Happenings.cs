using Collab.Contracts;
using Collab.Contracts.Activity;
using Collab.Grains.Activity;

namespace Collab.Tests.Activity;

/// <summary>Events to fill an activity log with.</summary>
internal static class Happenings
{
    public static readonly DateTimeOffset Time = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    public static ActivityEvent Event(string document, ActivityKind kind = ActivityKind.Checkpoint) =>
        new(0, Guid.CreateVersion7(), new DocumentId(document), kind, Time, new Revision(812));

    /// <summary>Appends; the positions, as something that can be compared.</summary>
    public static async Task<IEnumerable<long>> AppendAsync(this IActivityLog log, params ActivityEvent[] events) => await log.AppendAsync(events, CancellationToken.None);
}
