using System.Runtime.CompilerServices;

namespace Prometheus;

/// <summary>A number that many threads change without a lock.</summary>
internal struct AtomicDouble
{
    private long _bits;

    public double Value
    {
        readonly get => BitConverter.Int64BitsToDouble(Volatile.Read(in _bits));
        set => Volatile.Write(ref _bits, BitConverter.DoubleToInt64Bits(value));
    }

    public void Add(double increment)
    {
        long seen;
        do
            seen = Volatile.Read(ref _bits);
        while (!TryReplace(seen, BitConverter.Int64BitsToDouble(seen) + increment));
    }

    public void RaiseTo(double target)
    {
        long seen;
        do
        {
            seen = Volatile.Read(ref _bits);
            if (BitConverter.Int64BitsToDouble(seen) >= target)
                return;
        }
        while (!TryReplace(seen, target));
    }

    public void LowerTo(double target)
    {
        long seen;
        do
        {
            seen = Volatile.Read(ref _bits);
            if (BitConverter.Int64BitsToDouble(seen) <= target)
                return;
        }
        while (!TryReplace(seen, target));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryReplace(long seen, double value) => Interlocked.CompareExchange(ref _bits, BitConverter.DoubleToInt64Bits(value), seen) == seen;
}
