using System.Diagnostics;
using Collab.Contracts.Refusals;
using Collab.Grains.Log;
using Collab.Observability;
using Prometheus;

namespace Collab.Grains.Filters;

/// <summary>Measures every call of Collab's own grains, where they run; system grains, which filters see too, pass uncounted.</summary>
public sealed class GrainCallMetrics : IIncomingGrainCallFilter
{
    private static readonly Counter Calls = Metrics.CreateCounter("collab_grain_calls_total", "Grain calls completed.", "grain", "method", "status");

    private static readonly Histogram Seconds = Metrics.CreateHistogram(
        "collab_grain_call_duration_seconds", "From the start of a grain call's turn to its completion.",
        new HistogramConfiguration { LabelNames = ["grain", "method"], Buckets = Histogram.ExponentialBuckets(0.00005, 2, 19) });

    private static readonly Gauge Active = Metrics.CreateGauge("collab_grain_active_calls", "Grain calls under way.", "grain");

    private readonly OwnMethods<Measured> _methods = new(static (method, grain) => new Measured(grain, method.Name));

    public Task Invoke(IIncomingGrainCallContext context) =>
        _methods.Find(context.InterfaceMethod) is { } measured ? measured.InvokeAsync(context) : context.Invoke();

    // The label children of one method.
    private sealed class Measured(string grain, string method)
    {
        private readonly Counter.Child _ok = Calls.WithLabels(grain, method, "ok");
        private readonly Counter.Child _rejected = Calls.WithLabels(grain, method, "rejected");
        private readonly Counter.Child _failed = Calls.WithLabels(grain, method, "failed");
        private readonly Counter.Child _timeout = Calls.WithLabels(grain, method, "timeout");
        private readonly Histogram.Child _seconds = Seconds.WithLabels(grain, method);
        private readonly Gauge.Child _active = Active.WithLabels(grain);

        public async Task InvokeAsync(IIncomingGrainCallContext context)
        {
            long started = Stopwatch.GetTimestamp();
            _active.Inc();
            try
            {
                await context.Invoke();
                (IsRefused(context.Result) ? _rejected : _ok).Inc();
            }
            catch (TimeoutException)
            {
                _timeout.Inc();
                ErrorMetrics.Count(ErrorComponent.Grain, "timeout");
                throw;
            }
            catch (Exception failure)
            {
                _failed.Inc();
                Count(failure);
                throw;
            }
            finally
            {
                _active.Dec();
                _seconds.Observe(Stopwatch.GetElapsedTime(started).TotalSeconds);
            }
        }

        private static void Count(Exception failure)
        {
            string? code = failure switch
            {
                LogUnavailableException log => log.ToRefusal().Reason.Code(),
                OrleansException => "cluster",
                OperationCanceledException => "canceled",
                _ => null,
            };
            ErrorMetrics.Count(ErrorComponent.Grain, code ?? "unforeseen");
            if (code is null)
                UnhandledExceptions.Grain.Inc();
        }

        private static bool IsRefused(object? result) => result is IRefusable { Refusal: not null };
    }
}
