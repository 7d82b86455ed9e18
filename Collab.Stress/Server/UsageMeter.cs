using System.Diagnostics;

namespace Collab.Stress.Server;

/// <summary>What a process uses while a load is driven. Not for more than one thread at a time.</summary>
/// <param name="read">Null when the process can't be seen: from then on nothing is known of it.</param>
internal sealed class UsageMeter(Func<ProcessUsage?> read)
{
    private ProcessUsage? _first;
    private ProcessUsage? _last;
    private long _lastAt;

    /// <summary>Processor time since the beginning; null when nothing is known.</summary>
    public TimeSpan? Used => _last?.Cpu - _first?.Cpu;

    /// <summary>The most that was seen resident.</summary>
    public long MemoryPeakBytes { get; private set; }

    public void Start()
    {
        _first = _last = read();
        _lastAt = Stopwatch.GetTimestamp();
        MemoryPeakBytes = _first?.MemoryBytes ?? 0;
    }

    /// <returns>The share of all this machine's processors since the last time, and the memory now.</returns>
    public (double? Cpu, long? MemoryBytes) Take()
    {
        if (_last is not { } last || read() is not { } now)
            return (null, null);
        double share = (now.Cpu - last.Cpu) / (Stopwatch.GetElapsedTime(_lastAt) * Environment.ProcessorCount);
        (_last, _lastAt) = (now, Stopwatch.GetTimestamp());
        MemoryPeakBytes = Math.Max(MemoryPeakBytes, now.MemoryBytes);
        return (share, now.MemoryBytes);
    }
}
