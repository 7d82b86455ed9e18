using System.Diagnostics;
using Collab.Observability;
using OpenTelemetry;
using OpenTelemetry.Exporter;

namespace Collab.Silo.Tracing;

/// <summary>Sends spans, on a thread of its own, and says when that begins to fail and when it works again.</summary>
internal sealed partial class TraceExporter(OtlpExporterOptions options, ILogger logger) : OtlpTraceExporter(options)
{
    private readonly ILogger _logger = logger;
    private bool _isAway;

    public override ExportResult Export(in Batch<Activity> activityBatch)
    {
        long spans = activityBatch.Count;
        var result = base.Export(activityBatch);
        bool isAway = result != ExportResult.Success;
        if (isAway)
            ErrorMetrics.Count(ErrorComponent.Traces, "not_sent");
        if (isAway && !_isAway)
            LogAway(spans);
        else if (!isAway && _isAway)
            LogBack();
        _isAway = isAway;
        return result;
    }

    [LoggerMessage(131, LogLevel.Warning, "The receiver of traces (Collab:Traces:Endpoint) took {Spans} spans not; they are lost, and so are further ones until it does.")]
    private partial void LogAway(long spans);

    [LoggerMessage(132, LogLevel.Information, "The receiver of traces takes spans again.")]
    private partial void LogBack();
}
