using System.Text.Json;
using Prometheus;

namespace Collab.Observability;

/// <summary>Where an error surfaced; in snake case the label <c>component</c> of <c>collab_errors_total</c>.</summary>
public enum ErrorComponent
{
    /// <summary>A call of a client that the cluster could not answer.</summary>
    Web,

    /// <summary>What comes from the cluster for clients.</summary>
    Delivery,

    /// <summary>A grain's method.</summary>
    Grain,
    Document,
    Session,
    Fanout,
    Access,

    /// <summary>The writer of the operation log. What each call of a store meets is in <c>collab_store_errors_total</c>.</summary>
    Log,
    Snapshot,
    Activity,
    Webhook,

    /// <summary>A web host's connection to the silos.</summary>
    Cluster,

    /// <summary>The receiver of traces.</summary>
    Traces,
}

/// <summary>Errors that an operator should know of, by where they surfaced.</summary>
public static class ErrorMetrics
{
    private static readonly Counter Errors = Metrics.CreateCounter("collab_errors_total", "Errors, by where they surfaced.", "component", "code");

    private static readonly string[] Components = [.. Enum.GetNames<ErrorComponent>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    /// <param name="code">One of a few for each component, see <c>docs/metrics.md</c>; for refusals, their error code.</param>
    public static void Count(ErrorComponent component, string code) => Errors.WithLabels(Components[(int)component], code).Inc();
}
