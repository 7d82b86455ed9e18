using Prometheus;

namespace Collab.Observability;

/// <summary>Errors that an operator should know of, by where they surfaced.</summary>
public static class ErrorMetrics
{
    private static readonly Counter Errors = Metrics.CreateCounter("collab_errors_total", "Errors, by where they surfaced.", "component", "code");

    /// <param name="component">One of a few: <c>web</c>, <c>snapshot</c>.</param>
    /// <param name="code">One of a few for each component; for refusals, their error code.</param>
    public static void Count(string component, string code) => Errors.WithLabels(component, code).Inc();
}
