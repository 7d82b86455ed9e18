using System.Text;

namespace Collab.Contracts.Activity;

/// <summary>
/// Where live consumers find activity: an Orleans stream of <see cref="ActivityEvent"/>s for each shard of documents. An event is published only after the activity log has it.
/// </summary>
/// <remarks>
/// A stream may lose, repeat and, across silos, reorder. A consumer that must see everything keeps the position of what it has handled, and reads the
/// activity log from there when it is woken: <see cref="IActivityFeedGrain.ReadAfter"/>.
/// </remarks>
public static class ActivityStream
{
    /// <summary>Name of the stream provider.</summary>
    public const string Provider = "activity";

    /// <summary>Namespace of the streams: for <c>[ImplicitStreamSubscription(ActivityStream.Namespace)]</c>.</summary>
    public const string Namespace = "collab.activity";

    /// <summary>How many streams there are. Never changed: two versions of Collab in one cluster must agree.</summary>
    public const int Shards = 16;

    /// <summary>The stream's key, <c>0</c> to <c>15</c>: all events of one document are on one stream.</summary>
    public static string ShardOf(DocumentId document)
    {
        // FNV-1a, since string.GetHashCode differs from process to process.
        uint hash = 2166136261;
        foreach (byte b in Encoding.UTF8.GetBytes(document.Value))
            hash = (hash ^ b) * 16777619;
        return (hash % Shards).ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
