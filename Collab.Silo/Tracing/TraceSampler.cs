using System.Diagnostics;
using Collab.Observability;
using OpenTelemetry.Trace;

namespace Collab.Silo.Tracing;

/// <summary>
/// Which traces are recorded. What is part of one goes by its beginning, on whichever host that was. A trace begins with a client's message or a request over HTTP, and with nothing else: renewals, pings and timers have
/// nobody who would look for them.
/// </summary>
internal sealed class TraceSampler(double ratio) : Sampler
{
    // ASP.NET Core's name for a request.
    private const string Request = "Microsoft.AspNetCore.Hosting.HttpRequestIn";

    private readonly TraceIdRatioBasedSampler _beginnings = new(ratio);

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        var (parent, name) = (samplingParameters.ParentContext, samplingParameters.Name);
        if (parent.TraceId != default)
            return new SamplingResult(parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded));
        return name == Request || name.StartsWith(CollabActivities.HubPrefix, StringComparison.Ordinal) ? _beginnings.ShouldSample(samplingParameters) : new SamplingResult(SamplingDecision.Drop);
    }
}
