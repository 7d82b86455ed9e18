using System.Diagnostics;
using OpenTelemetry;

namespace Collab.Silo.Tracing;

/// <summary>Sees every recorded span before it is sent: counts it, and takes out whatever is not known to be harmless. Frameworks tell more than Collab does: paths with names of people in them, what exceptions say.</summary>
internal sealed class SpanRules : BaseProcessor<Activity>
{
    private const string Target = "orleans.rpc.target_id";

    // Grains whose key is a document's or a session's id. A user's is a name.
    private static readonly string[] Targets = ["document/", "session/", "presence/", "access/"];

    private static readonly HashSet<string> Known =
    [
        "error.type", "exception.type", "rpc.system", "rpc.system.name", "rpc.service", "rpc.method", "orleans.rpc.service",
        "http.request.method", "http.route", "http.response.status_code", "url.scheme", "server.address", "server.port", "network.protocol.version",
    ];

    public override void OnEnd(Activity data)
    {
        // What was dropped after it had begun.
        if (!data.Recorded)
            return;
        TraceMetrics.Spans.Inc();
        if (data.ParentSpanId == default)
            TraceMetrics.Traces.Inc();
        List<string>? unknown = null;
        foreach (var (key, value) in data.EnumerateTagObjects())
        {
            if (!IsKnown(key, value))
                (unknown ??= []).Add(key);
        }

        foreach (string key in unknown ?? [])
            data.SetTag(key, null);
    }

    private static bool IsKnown(string key, object? value) =>
        Known.Contains(key) || key.StartsWith("collab.", StringComparison.Ordinal) || (key == Target && value is string id && Targets.Any(type => id.StartsWith(type, StringComparison.Ordinal)));
}
