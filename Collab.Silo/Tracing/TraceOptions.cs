using System.ComponentModel.DataAnnotations;

namespace Collab.Silo.Tracing;

/// <summary>Where traces go, and how many; section <c>Collab:Traces</c>, see <c>docs/tracing.md</c>. Checked at start.</summary>
public sealed class TraceOptions
{
    public const string Section = "Collab:Traces";

    /// <summary>The receiver of OTLP: <c>http://collector:4317</c>, or <c>http://collector:4318</c> if it takes HTTP alone. None: nothing is traced, and nothing of it costs anything.</summary>
    public string? Endpoint { get; set; }

    /// <summary>How it is spoken to. With <c>http</c> spans are posted as protobuf to the path <c>/v1/traces</c>, unless <c>Endpoint</c> names another.</summary>
    public TraceProtocol Protocol { get; set; } = TraceProtocol.Grpc;

    /// <summary>Which part of traces is recorded; the others cost their beginning. Default 0.1, range 0–1. What came with a trace of its caller's is recorded if the caller recorded it, whatever stands here.</summary>
    [Range(0.0, 1.0)]
    public double SampleRatio { get; set; } = 0.1;

    /// <summary>What the receiver wants to see of us: <c>Authorization=Bearer …,X-Scope-OrgID=team</c>. Set it by the environment (<c>Collab__Traces__Headers</c>) or a secret's file. Never logged.</summary>
    public string Headers { get; set; } = "";

    /// <summary>Spans that wait to be sent. Default 2,048, range 1–1,000,000. Above, new ones are dropped.</summary>
    [Range(1, 1_000_000)]
    public int QueueSpansLimit { get; set; } = 2_048;

    /// <summary>How long spans wait for others to be sent with. Default 5 s, range 100 ms–1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan ExportInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the receiver may take for a batch; then its spans are dropped. Default 10 s, range 1 s–1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan ExportTimeout { get; set; } = TimeSpan.FromSeconds(10);

    internal bool AreOn => !string.IsNullOrWhiteSpace(Endpoint);

    /// <summary>Where <see cref="Protocol"/> posts to.</summary>
    internal Uri Address
    {
        get
        {
            var address = new Uri(Endpoint!);
            return Protocol == TraceProtocol.Http && address.AbsolutePath == "/" ? new Uri(address, "v1/traces") : address;
        }
    }
}

/// <summary>A transport of OTLP.</summary>
public enum TraceProtocol
{
    Grpc,
    Http,
}
