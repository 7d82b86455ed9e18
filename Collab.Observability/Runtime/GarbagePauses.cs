using Prometheus;

namespace Collab.Observability.Runtime;

/// <summary>For how long garbage collections stopped the process, by the generation that they collected.</summary>
/// <remarks>
/// The runtime tells the sum alone, so it is asked after each collection. That there was one is known from an object that nobody holds: it is finalized then. What a background collection pauses while one of a lower generation
/// runs may count for that one; the sum over all is exact. The other way would be the runtime's events, whose listener polls ten times a second.
/// </remarks>
internal sealed class GarbagePauses
{
    private static readonly Counter Seconds = Metrics.CreateCounter("collab_runtime_gc_pause_seconds_total", "Time for which garbage collections stopped the process.", "generation");

    private static readonly Counter.Child[] SecondsOf = [.. RuntimeSampler.Generations.Select(generation => Seconds.WithLabels(generation))];

    // The process has one collector, however many hosts are in it.
    private static readonly Lock Gate = new();
    private static TimeSpan s_known;

    private volatile bool _isOn;

    public void Start()
    {
        _isOn = true;
        _ = new Notice(this);
    }

    public void Stop() => _isOn = false;

    /// <summary>Counts the pauses that were not counted yet, for the last collection.</summary>
    public static void Take()
    {
        var total = GC.GetTotalPauseDuration();
        int generation = GC.GetGCMemoryInfo(GCKind.Any).Generation;
        lock (Gate)
        {
            if (total <= s_known)
                return;
            SecondsOf[Math.Min(generation, GC.MaxGeneration)].Inc((total - s_known).TotalSeconds);
            s_known = total;
        }
    }

    private sealed class Notice(GarbagePauses pauses)
    {
        ~Notice()
        {
            if (!pauses._isOn)
                return;
            Take();
            _ = new Notice(pauses);
        }
    }
}
