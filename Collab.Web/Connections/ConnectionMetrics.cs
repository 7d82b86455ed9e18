using System.Collections.Frozen;
using Collab.Contracts.Refusals;
using Collab.Contracts.Sessions;
using Collab.Web.Delivery;
using Collab.Web.Messages;
using Prometheus;

namespace Collab.Web.Connections;

/// <summary>Connections and what goes over them, see the catalogue of metrics in <c>docs/</c>.</summary>
internal static class ConnectionMetrics
{
    private static readonly string[] Methods =
    [
        nameof(CollabHub.Submit), nameof(CollabHub.Presence), nameof(CollabHub.Join), nameof(CollabHub.Read), nameof(CollabHub.Check), nameof(CollabHub.Leave), nameof(CollabHub.Quality), nameof(CollabHub.Authenticate),
        nameof(CollabHub.Refuse),
    ];

    private static readonly Counter Accepted = Metrics.CreateCounter(
        "collab_websocket_connections_total", "Connections, by what became of the handshake.", "result");

    private static readonly Counter Messages = Metrics.CreateCounter(
        "collab_websocket_messages_total", "Messages of the protocol over WebSocket.", "type", "direction");

    private static readonly Histogram MessageSize = Metrics.CreateHistogram(
        "collab_websocket_message_size_bytes", "Size of one message.",
        new HistogramConfiguration { LabelNames = ["type", "direction"], Buckets = Histogram.ExponentialBuckets(64, 4, 8) });

    private static readonly Gauge States = Metrics.CreateGauge(
        "collab_connection_state", "Streams of a document to a connection that are in each state now.", "state");

    private static readonly Counter ClosedTotal = Metrics.CreateCounter(
        "collab_connection_closed_total", "Connections that ended, by how.", "reason");

    private static readonly FrozenDictionary<string, (Counter.Child Count, Histogram.Child Size)> ReceivedByMethod =
        Methods.ToFrozenDictionary(method => method, method => (Messages.WithLabels(method.ToLowerInvariant(), "in"), MessageSize.WithLabels(method.ToLowerInvariant(), "in")));

    private static readonly (Counter.Child Count, Histogram.Child Size)[] SentByType =
        [.. DeliveryMetrics.Labels().Select(type => (Messages.WithLabels(type, "out"), MessageSize.WithLabels(type, "out")))];

    private static readonly Gauge.Child?[] ByState = [.. Enum.GetValues<StreamState>().Select(state =>
        state is StreamState.Lost or StreamState.Left ? null : States.WithLabels(RefusalReasons.SnakeCase(state.ToString())))];

    /// <summary>How many there may be, <see cref="ClientLimits.Connections"/>.</summary>
    public static Gauge Limit { get; } = Metrics.CreateGauge("collab_websocket_connections_limit", "Connections that this host takes at most, Collab:Limits:Connections.");

    public static Gauge Active { get; } = Metrics.CreateGauge("collab_websocket_active_connections", "Connections that are open now.");

    public static Histogram Establish { get; } = Metrics.CreateHistogram(
        "collab_connection_establish_seconds", "Time from the handshake to the first document's state queued for the client.",
        new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(0.001, 2, 14) });

    public static Counter.Child HandshakeAccepted { get; } = Accepted.WithLabels("accepted");

    /// <summary>One too many.</summary>
    public static Counter.Child HandshakeOverLimit { get; } = Accepted.WithLabels("over_limit");

    /// <summary>No WebSocket, or one that said nothing sensible to begin with, or nothing in time.</summary>
    public static Counter.Child HandshakeBad { get; } = Accepted.WithLabels("bad_handshake");

    /// <summary>A page of an origin that may not connect, or a credential that is none. Who shows none is accepted, and closed when none comes after.</summary>
    public static Counter.Child HandshakeUnauthorized { get; } = Accepted.WithLabels("unauthorized");

    public static void Closed(SessionCloseReason reason) => ClosedTotal.WithLabels(RefusalReasons.SnakeCase(reason.ToString())).Inc();

    /// <param name="method">The hub's, of which there is one for each verb.</param>
    public static void Received(string method, int bytes)
    {
        var (count, size) = ReceivedByMethod[method];
        count.Inc();
        size.Observe(bytes);
    }

    public static void Received(ClientMessage message) => Received(CollabHubProtocol.MethodOf(message), message.Bytes);

    public static void Sent(ServerMessage message, int connections)
    {
        var (count, size) = SentByType[(int)message.Type];
        count.Inc(connections);
        size.Observe(message.Bytes, connections);
    }

    /// <summary>A stream is in <paramref name="state"/> from now on.</summary>
    public static void StateEntered(StreamState state) => ByState[(int)state]?.Inc();

    public static void StateChanged(StreamState from, StreamState to)
    {
        if (from == to)
            return;
        ByState[(int)from]?.Dec();
        ByState[(int)to]?.Inc();
    }
}
