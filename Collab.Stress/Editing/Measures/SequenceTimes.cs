namespace Collab.Stress.Editing.Measures;

/// <summary>When something with a number happened; numbers count up from 1, and the latest are remembered. Safe for use by many threads.</summary>
/// <remarks>A ring that begins small and grows while it would forget what is younger than <paramref name="memory"/>, up to <see cref="CountLimit"/> numbers, 256 KiB.</remarks>
/// <param name="memory">In ticks of the clock of the times.</param>
internal sealed class SequenceTimes(long memory)
{
    public const int CountLimit = 1 << 15;

    private const int FirstCount = 64;

    private readonly Lock _lock = new();
    private long[] _times = new long[FirstCount];
    private long _newest;

    /// <summary>How many can be remembered just now.</summary>
    public int Capacity
    {
        get
        {
            lock (_lock)
                return _times.Length;
        }
    }

    public void Set(long number, long time)
    {
        lock (_lock)
        {
            if (number <= _newest - _times.Length)
                return;
            if (number > _newest)
            {
                MakeRoom(number, time);
                // Numbers that are left out have no time, not the one of a lap ago.
                for (long skipped = Math.Max(_newest + 1, number - _times.Length + 1); skipped < number; skipped++)
                    At(skipped) = 0;
                _newest = number;
            }

            At(number) = time;
        }
    }

    /// <returns>Null if it is not known any more, or not yet.</returns>
    public long? Find(long number)
    {
        lock (_lock)
            return number > _newest || number <= _newest - _times.Length || number < 1 || At(number) == 0 ? null : At(number);
    }

    private ref long At(long number) => ref _times[number & (_times.Length - 1)];

    private void MakeRoom(long number, long time)
    {
        while (_times.Length < CountLimit && At(number) is not 0 and var forgotten && time - forgotten < memory)
        {
            long[] smaller = _times;
            _times = new long[2 * smaller.Length];
            for (long known = Math.Max(1, _newest - smaller.Length + 1); known <= _newest; known++)
                At(known) = smaller[known & (smaller.Length - 1)];
        }
    }
}
