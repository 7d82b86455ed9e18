namespace Collab.Grains.Documents;

/// <summary>Says how much had better be let go because the process' memory fills, whatever fills it.</summary>
/// <remarks>
/// Orleans has the like (<c>EnableActivationSheddingOnMemoryPressure</c>), and it is left off: it takes a share of all activations by the time of their last call, sessions and documents that people are in as
/// well, large or small. Here only documents that nobody is in go, and as many as make up for the bytes.
/// </remarks>
/// <param name="limit">Ratio of use from which something is to go.</param>
internal sealed class MemoryPressure(double limit)
{
    private const double Room = 0.05;

    private int _relieved = -1;

    /// <summary>Bytes to let go; 0 while there is no need, or while a full collection has yet to show what the last relief brought.</summary>
    public long Surplus(MemoryUse use)
    {
        if (limit >= 1 || use.Collections <= _relieved || use.Used <= use.Available * limit)
            return 0;
        _relieved = use.Collections;
        return use.Used - (long)(use.Available * (limit - Room));
    }
}
