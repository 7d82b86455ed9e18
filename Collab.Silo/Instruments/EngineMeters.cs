using System.Diagnostics.Metrics;
using Collab.Observability.Runtime;
using Prometheus;

namespace Collab.Silo.Instruments;

/// <summary>Shows what Orleans, Kestrel and .NET measure themselves, as far as operators need it: a closed list, under names and types that are Prometheus', without labels, from 0 on.</summary>
/// <remarks>
/// prometheus-net would show all there is (<see cref="LibraryDefaults"/> has it not do so). But as gauges, also what counts; only from the first event on, and not after five minutes without one; labelled by silo, address and queue; with three gauges for each of Orleans'
/// histograms that promtool takes for mistakes; and at a price for each message that Orleans sends.
/// </remarks>
internal static class EngineMeters
{
    private const string Orleans = "Microsoft.Orleans";
    private const string Runtime = "System.Runtime";
    private const string Kestrel = "Microsoft.AspNetCore.Server.Kestrel";

    private static readonly Lock Gate = new();
    private static readonly MeterListener Listener = new();
    private static bool s_isOn;

    /// <summary>All that is shown.</summary>
    public static IReadOnlyList<EngineMetric> All { get; } =
    [
        Counter(Orleans, "orleans-catalog-activation-concurrent-registration-attempts", "Activations that ended because another of the same grain was there already."),
        Counter(Orleans, "orleans-catalog-activation-failed-to-activate", "Activations that failed."),
        Gauge(Orleans, "orleans-catalog-activations", "Activations now, those of Orleans' own grains included."),
        Counter(Orleans, "orleans-storage-read-errors", "Reads of grain state (subscriptions of streams) that failed."),
        Counter(Orleans, "orleans-storage-write-errors", "Writes of grain state (subscriptions of streams) that failed."),
        Counter(Orleans, "orleans-messaging-rejected", "Messages refused by this process: for a silo that is gone, or overloaded."),
        Counter(Orleans, "orleans-messaging-expired", "Messages dropped because their time was over."),
        Counter(Orleans, "orleans-messaging-sent-failed", "Messages that could not be sent."),
        Counter(Orleans, "orleans-messaging-sent-dropped", "Messages that were dropped before they were sent."),
        Counter(Orleans, "orleans-messaging-pings-reply-missed", "Probes of other silos that got no answer."),
        Counter(Orleans, "orleans-scheduler-long-running-turns", "Turns that held a thread for longer than Orleans finds right (1 s)."),
        Counter(Orleans, "orleans-gateway-load-shedding", "Requests of clients that were refused because the silo's processors are busy."),
        Counter(Orleans, "orleans-app-requests-timedout", "Calls that got no answer in time."),
        Counter(Orleans, "orleans-watchdog-health-checks-failed", "Checks of Orleans' watchdog that failed: the process stood still, or a part of it."),
        Counter(Runtime, "dotnet.exceptions", "Exceptions that were thrown, caught ones included."),
        Counter(Runtime, "dotnet.monitor.lock_contentions", "Times that a lock was waited for."),
        Counter(Runtime, "dotnet.gc.heap.total_allocated", "Bytes of objects that were made.", "bytes"),
        Counter(Runtime, "dotnet.jit.compilation.time", "Time that the compiler took.", "seconds"),
        Counter(Runtime, "dotnet.thread_pool.work_item.count", "Work items that the thread pool did.", name: "dotnet_thread_pool_work_items_total"),
        Gauge(Runtime, "dotnet.timer.count", "Timers that are set.", "dotnet_timers"),
        Gauge(Kestrel, "kestrel.active_connections", "Connections of HTTP that are open, WebSockets included."),
        Gauge(Kestrel, "kestrel.queued_connections", "Connections that wait to be taken."),
        Counter(Kestrel, "kestrel.rejected_connections", "Connections refused because there were too many (Kestrel:Limits:MaxConcurrentConnections)."),
    ];

    /// <summary>Shows them from now on, for as long as the process runs.</summary>
    public static void Start()
    {
        lock (Gate)
        {
            if (s_isOn)
                return;
            s_isOn = true;
            var shown = All.ToDictionary(metric => (metric.Meter, metric.Instrument));
            Listener.InstrumentPublished = (instrument, listener) =>
            {
                if (shown.TryGetValue((instrument.Meter.Name, instrument.Name), out var metric))
                    listener.EnableMeasurementEvents(instrument, metric);
            };
            Listener.SetMeasurementEventCallback<int>((instrument, value, _, metric) => ((EngineMetric)metric!).Take(instrument, value));
            Listener.SetMeasurementEventCallback<long>((instrument, value, _, metric) => ((EngineMetric)metric!).Take(instrument, value));
            Listener.SetMeasurementEventCallback<double>((instrument, value, _, metric) => ((EngineMetric)metric!).Take(instrument, value));
            Listener.Start();
            Metrics.DefaultRegistry.AddBeforeCollectCallback(Observe);
        }
    }

    // Two may scrape at once.
    private static void Observe()
    {
        lock (Gate)
        {
            foreach (var metric in All)
                metric.Forget();
            try
            {
                Listener.RecordObservableInstruments();
            }
            catch (AggregateException)
            {
                // Those of a host that has ended may fail; the others have said what they had to.
            }

            foreach (var metric in All)
                metric.Show();
        }
    }

    private static EngineMetric Counter(string meter, string instrument, string help, string? unit = null, string? name = null)
    {
        var counter = Metrics.CreateCounter(name ?? $"{Name(instrument)}{(unit is null ? "" : "_" + unit)}_total", help);
        return new EngineMetric(meter, instrument, counter.Name, value => counter.Inc(value), counter.IncTo);
    }

    private static EngineMetric Gauge(string meter, string instrument, string help, string? name = null)
    {
        var gauge = Metrics.CreateGauge(name ?? Name(instrument), help);
        return new EngineMetric(meter, instrument, gauge.Name, value => gauge.Inc(value), gauge.Set);
    }

    private static string Name(string instrument) => instrument.Replace('-', '_').Replace('.', '_');
}

/// <summary>One instrument of the engine, by all meters of its name together: each host in the process has one.</summary>
/// <param name="Name">Under which it is shown.</param>
internal sealed record EngineMetric(string Meter, string Instrument, string Name, Action<double> Add, Action<double> Set)
{
    private double _observed;
    private bool _isObserved;

    public void Take(Instrument instrument, double value)
    {
        if (!instrument.IsObservable)
        {
            Add(value);
            return;
        }

        _observed += value;
        _isObserved = true;
    }

    public void Forget() => (_observed, _isObserved) = (0, false);

    public void Show()
    {
        if (_isObserved)
            Set(_observed);
    }
}
