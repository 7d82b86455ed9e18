using Collab.Web.Connections;
using Microsoft.Extensions.Options;
using Prometheus;

namespace Collab.Web.Memory;

/// <summary>Gives memory back to the system when the host has become quiet (<see cref="QuietRule"/>), as engines of scripts do in their idle time.</summary>
internal sealed class QuietCollection(LocalConnections connections, IOptions<CollabOptions> options, TimeProvider time) : BackgroundService
{
    private static readonly Counter Collections = Metrics.CreateCounter(
        "collab_runtime_quiet_collections_total", "Times that the process was quiet, had grown, and gave memory back.");

    private static readonly Counter ReturnedBytes = Metrics.CreateCounter(
        "collab_runtime_quiet_returned_bytes_total", "Bytes that the process was smaller by after giving memory back while it was quiet.");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        long limit = options.Value.Memory.QuietHeapLimit;
        if (limit == 0)
            return;
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        for (var rule = new QuietRule(limit, Read()); await timer.WaitForNextTickAsync(stoppingToken);)
        {
            var before = Read();
            if (!rule.IsDue(before, IsAnybodyActive))
                continue;
            // The one mode that also gives back what is committed and empty.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            var after = Read();
            rule.GivenBack(after);
            Collections.Inc();
            ReturnedBytes.Inc(Math.Max(0, before.WorkingSet - after.WorkingSet));
        }
    }

    private MemoryReading Read() => new(time.GetElapsedTime(0), GC.GetTotalAllocatedBytes(), GC.GetTotalMemory(forceFullCollection: false), Environment.WorkingSet);

    private bool IsAnybodyActive() => connections.Stays.Any(stay => stay.IdleFor < QuietRule.Quiet);
}
