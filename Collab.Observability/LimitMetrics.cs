using System.Text.Json;
using Prometheus;

namespace Collab.Observability;

/// <summary>How often each limit was reached. Somebody who reaches one that is meant for others is the first sign that it is too low.</summary>
public static class LimitMetrics
{
    private static readonly Counter Refusals = Metrics.CreateCounter(
        "collab_limit_refusals_total", "Times that a limit was reached: something was refused, put off or dropped.", "limit");

    private static readonly Counter.Child[] ByLimit = [.. Enum.GetValues<Limit>().Select(limit => Refusals.WithLabels(Label(limit)))];

    /// <summary>Counts that <paramref name="limit"/> was reached.</summary>
    public static void Reached(Limit limit) => ByLimit[(int)limit].Inc();

    /// <summary>The label of a limit: <c>message_bytes</c>.</summary>
    public static string Label(Limit limit) => JsonNamingPolicy.SnakeCaseLower.ConvertName(limit.ToString());
}
