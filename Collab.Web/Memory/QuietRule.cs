namespace Collab.Web.Memory;

/// <summary>What is looked at once a second.</summary>
/// <param name="At">Since some moment.</param>
/// <param name="Allocated">Bytes of objects made so far.</param>
/// <param name="Heap">Bytes of objects, garbage included.</param>
/// <param name="WorkingSet">Bytes of memory that the process has.</param>
internal readonly record struct MemoryReading(TimeSpan At, long Allocated, long Heap, long WorkingSet);

/// <summary>
/// Decides when giving memory back is worth a pause: the process has grown since the last time, and nobody does anything that the pause would hold up.
/// </summary>
/// <remarks>
/// The runtime collects when so much has been allocated, and what a storm left behind it would keep until the next one: 5,000 connections that have joined and do nothing held twice what they need for as long as they did nothing.
/// </remarks>
internal sealed class QuietRule(long heapLimit, MemoryReading first)
{
    /// <summary>How long nobody has done anything.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    /// <summary>Between two times at least.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromMinutes(1);

    // Allocated in a second. Pings of 5,000 connections and the renewal of their documents make a third of it.
    private const long QuietBytes = 4 << 20;

    private const long WorthBytes = 16 << 20;

    private MemoryReading _before = first;
    private long _kept = first.WorkingSet;
    private TimeSpan _busyAt = first.At;
    private TimeSpan? _givenBackAt;

    /// <param name="isAnybodyActive">Asked only if all else is so.</param>
    public bool IsDue(MemoryReading now, Func<bool> isAnybodyActive)
    {
        var (allocated, time) = (now.Allocated - _before.Allocated, now.At - _before.At);
        if (allocated > QuietBytes * Math.Max(time.TotalSeconds, 1))
            _busyAt = now.At;
        _before = now;
        return now.Heap <= heapLimit
            && now.At - _busyAt >= Quiet
            && !(now.At - _givenBackAt < Rest)
            && now.WorkingSet - _kept >= Math.Max(WorthBytes, _kept / 4)
            && !isAnybodyActive();
    }

    /// <summary>Memory was given back.</summary>
    public void GivenBack(MemoryReading after)
    {
        _before = after;
        _kept = after.WorkingSet;
        _givenBackAt = after.At;
    }
}
