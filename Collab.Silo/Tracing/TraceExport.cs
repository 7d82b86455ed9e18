using Collab.Observability;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Orleans.Diagnostics;

namespace Collab.Silo.Tracing;

/// <summary>Listens to spans for as long as the host runs, and sends them. Stops after everything that makes spans, and sends what is left.</summary>
internal sealed class TraceExport(TraceOptions options, TracedService service, ILogger<TraceExport> logger) : IHostedService, IDisposable
{
    /// <summary>How long a host that stops waits for the receiver.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    private const int BatchSpansLimit = 512;

    private TracerProvider? _provider;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _provider = OpenTelemetry.Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddTelemetrySdk().AddEnvironmentVariableDetector().AddService(service.Name, serviceVersion: Engine.Version, serviceInstanceId: ThisProcess.Name))
            .SetSampler(new TraceSampler(options.SampleRatio))
            .AddSource(CollabActivities.SourceName, ActivitySources.ApplicationGrainActivitySourceName, "Microsoft.AspNetCore")
            .AddProcessor(new SpanRules())
            .AddProcessor(new BatchActivityExportProcessor(
                new TraceExporter(
                    new OtlpExporterOptions
                    {
                        Endpoint = options.Address,
                        Protocol = options.Protocol == TraceProtocol.Http ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc,
                        Headers = options.Headers,
                        TimeoutMilliseconds = (int)options.ExportTimeout.TotalMilliseconds,
                    },
                    logger),
                options.QueueSpansLimit,
                (int)options.ExportInterval.TotalMilliseconds,
                (int)options.ExportTimeout.TotalMilliseconds,
                Math.Min(BatchSpansLimit, options.QueueSpansLimit)))
            .Build();
        return Task.CompletedTask;
    }

    // It blocks, and so may the receiver.
    public Task StopAsync(CancellationToken cancellationToken) =>
        _provider is { } provider ? Task.Run(() => provider.Shutdown((int)LastWords.TotalMilliseconds), CancellationToken.None) : Task.CompletedTask;

    public void Dispose() => _provider?.Dispose();
}

/// <summary>What the spans of this process are filed under.</summary>
internal sealed record TracedService(string Name);
