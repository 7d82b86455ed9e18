namespace Orleans.Runtime;

/// <summary>Where a silo is in its life.</summary>
public enum SiloStatus
{
    None = 0,
    Created = 1,
    Joining = 2,
    Active = 3,
    ShuttingDown = 4,
    Stopping = 5,
    Dead = 6,
}

/// <summary>Tells how the silos of the cluster are; here there is one.</summary>
public interface ISiloStatusOracle
{
    SiloStatus CurrentStatus { get; }
}
