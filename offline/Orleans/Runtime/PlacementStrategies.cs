namespace Orleans.Runtime;

/// <summary>How a silo is chosen for an activation. With one silo there is nothing to choose.</summary>
public abstract class PlacementStrategy;

public sealed class ResourceOptimizedPlacement : PlacementStrategy;

public sealed class PreferLocalPlacement : PlacementStrategy;

internal sealed class StatelessWorkerPlacement : PlacementStrategy
{
    /// <exception cref="NotSupportedException">More than one worker.</exception>
    public StatelessWorkerPlacement(int maxLocal)
    {
        if (maxLocal != 1)
            throw new NotSupportedException($"A stateless worker has up to {maxLocal} activations in a silo; the stand-in for Orleans knows 1 only, which is what every grain has here.");
    }
}
