using Microsoft.Extensions.Hosting;
using Prometheus;

namespace Collab.Observability.Runtime;

/// <summary>Asks the runtime every 10 s how the process is.</summary>
public sealed class RuntimeSampler(TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    private static readonly Gauge Threads = Metrics.CreateGauge("collab_runtime_threadpool_threads", "Threads of the thread pool.");

    private static readonly Gauge QueueLength = Metrics.CreateGauge("collab_runtime_threadpool_queue_length", "Work items that wait for a thread of the pool.");

    private static readonly Gauge Memory = Metrics.CreateGauge("collab_runtime_memory_bytes", "Memory of the process, and what it may have.", "kind");

    private static readonly Gauge.Child WorkingSet = Memory.WithLabels("working_set");

    private static readonly Gauge.Child Heap = Memory.WithLabels("heap");

    private static readonly Gauge.Child Committed = Memory.WithLabels("committed");

    private static readonly Gauge.Child Limit = Memory.WithLabels("limit");

    private static readonly Gauge Cpu = Metrics.CreateGauge("collab_runtime_cpu_ratio", "Processor time of the process over the last 10 s, of all that its processors had.");

    private static readonly Counter Collections = Metrics.CreateCounter("collab_runtime_gc_collections_total", "Garbage collections of each generation; a collection of one is none of those below.", "generation");

    private static readonly Counter.Child[] CollectionsOf = [.. Generations.Select(generation => Collections.WithLabels(generation))];

    private readonly GarbagePauses _pauses = new();
    private long _sampledAt;
    private TimeSpan _used;

    /// <summary>The label values, in their order.</summary>
    public static IEnumerable<string> Generations => Enumerable.Range(0, GC.MaxGeneration + 1).Select(generation => $"{generation}");

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        (_sampledAt, _used) = (time.GetTimestamp(), Environment.CpuUsage.TotalTime);
        _pauses.Start();
        Sample();
        return base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        _pauses.Stop();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            SampleCpu();
            Sample();
        }
    }

    private static void Sample()
    {
        Threads.Set(ThreadPool.ThreadCount);
        QueueLength.Set(ThreadPool.PendingWorkItemCount);
        var memory = GC.GetGCMemoryInfo(GCKind.Any);
        WorkingSet.Set(Environment.WorkingSet);
        Heap.Set(GC.GetTotalMemory(forceFullCollection: false));
        Committed.Set(memory.TotalCommittedBytes);
        Limit.Set(memory.TotalAvailableMemoryBytes);
        // A collection of a generation is one of all below it, too, as the runtime counts.
        for (int generation = 0; generation <= GC.MaxGeneration; generation++)
            CollectionsOf[generation].IncTo(GC.CollectionCount(generation) - (generation < GC.MaxGeneration ? GC.CollectionCount(generation + 1) : 0));
        GarbagePauses.Take();
    }

    private void SampleCpu()
    {
        var used = Environment.CpuUsage.TotalTime;
        Cpu.Set((used - _used) / (time.GetElapsedTime(_sampledAt) * Environment.ProcessorCount));
        (_sampledAt, _used) = (time.GetTimestamp(), used);
    }
}
