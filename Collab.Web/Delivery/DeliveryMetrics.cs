using Collab.Web.Messages;
using Prometheus;

namespace Collab.Web.Delivery;

/// <summary>What fan-out costs and does, see the catalogue of metrics in <c>docs/</c>.</summary>
internal static class DeliveryMetrics
{
    public static readonly Histogram PushDuration = Metrics.CreateHistogram(
        "collab_push_duration_seconds", "Time from durable to handed to every connection of this host.",
        new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(0.0001, 2, 16) });

    public static readonly Histogram PushBatchSize = Metrics.CreateHistogram(
        "collab_push_batch_size", "Operations in one push to this host.",
        new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(1, 2, 12) });

    private static readonly Counter MessagesSent = Metrics.CreateCounter(
        "collab_messages_sent_total", "Deliveries: messages queued for one connection each.", "type");

    private static readonly Counter SlowConsumers = Metrics.CreateCounter(
        "collab_slow_consumers_total", "Connections whose outbox overflowed, by what became of them.", "action");

    public static readonly Counter GapReads = Metrics.CreateCounter(
        "collab_fanout_gap_reads_total", "Reads of what was not pushed to this host, or too late.");

    public static readonly Counter PresenceReads = Metrics.CreateCounter(
        "collab_presence_reads_total", "Reads of who is in a document: the first of this host, and those of what was not pushed to it.");

    private static readonly Counter EarlyPushes = Metrics.CreateCounter(
        "collab_fanout_early_pushes_total", "Pushes that overtook the one before them, by what became of them.", "outcome");

    private static readonly Counter.Child[] SentByType = [.. Labels().Select(type => MessagesSent.WithLabels(type))];

    public static Counter.Child Resynced { get; } = SlowConsumers.WithLabels("resynced");

    public static Counter.Child Disconnected { get; } = SlowConsumers.WithLabels("disconnected");

    /// <summary>What was missing before it came.</summary>
    public static Counter.Child EarlyTaken { get; } = EarlyPushes.WithLabels("taken");

    /// <summary>There was no room for it.</summary>
    public static Counter.Child EarlyTurnedAway { get; } = EarlyPushes.WithLabels("turned_away");

    /// <summary>Counts one message that was queued for <paramref name="connections"/> connections.</summary>
    public static void Sent(ServerMessage message, int connections)
    {
        if (connections == 0 || message.Type == ServerMessageType.Control)
            return;
        SentByType[(int)message.Type].Inc(connections);
        Connections.ConnectionMetrics.Sent(message, connections);
    }

    /// <summary>The label values of <see cref="ServerMessageType"/>, in its order; the last, which is no message of the protocol, has none.</summary>
    public static IEnumerable<string> Labels() => Enum.GetValues<ServerMessageType>().Where(type => type != ServerMessageType.Control).Select(type => type.ToString().ToLowerInvariant());
}
