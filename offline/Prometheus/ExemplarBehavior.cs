namespace Prometheus;

/// <summary>When metrics take exemplars. Those of the stand-in never do.</summary>
public sealed class ExemplarBehavior
{
    public static ExemplarBehavior NoExemplars() => new();
}
