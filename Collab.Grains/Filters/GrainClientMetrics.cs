using System.Diagnostics;
using System.Reflection;
using Orleans.Concurrency;
using Prometheus;

namespace Collab.Grains.Filters;

/// <summary>Measures every call of Collab's own grains where it is made: by a web host, or by another grain. What it takes beyond the grain's own time is the way there and back, and the wait for a turn.</summary>
/// <remarks>One-way calls pass by: they are over as soon as they are handed to the runtime, which says nothing.</remarks>
public sealed class GrainClientMetrics : IOutgoingGrainCallFilter
{
    private static readonly Histogram Seconds = Metrics.CreateHistogram(
        "collab_grain_client_call_duration_seconds", "From a grain call's sending to its answer, at the caller.",
        new HistogramConfiguration { LabelNames = ["grain", "method"], Buckets = Histogram.ExponentialBuckets(0.00005, 2, 19) });

    private readonly OwnMethods<Histogram.Child> _methods = new(static (method, grain) => IsOneWay(method) ? null : Seconds.WithLabels(grain, method.Name));

    public Task Invoke(IOutgoingGrainCallContext context) =>
        _methods.Find(context.InterfaceMethod) is { } seconds ? MeasureAsync(context, seconds) : context.Invoke();

    private static async Task MeasureAsync(IOutgoingGrainCallContext context, Histogram.Child seconds)
    {
        long started = Stopwatch.GetTimestamp();
        try
        {
            await context.Invoke();
        }
        finally
        {
            seconds.Observe(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
    }

    private static bool IsOneWay(MethodInfo method) => method.ReturnType == typeof(void) || method.IsDefined(typeof(OneWayAttribute));
}
