using System.Collections.Immutable;

namespace Collab.Contracts.Load;

/// <summary>What the cluster's silos are busy with, as each tells every 10 s; there is one of it in a cluster, with key <see cref="Key"/>.</summary>
[Alias("collab.ILoadGrain")]
public interface ILoadGrain : IGrainWithStringKey
{
    const string Key = "load";

    /// <summary>Takes the place of what the same silo told before.</summary>
    [Alias("Report")]
    Task Report(SiloLoad load);

    /// <summary>The newest of each silo that told something in the last 30 s.</summary>
    [Alias("Read")]
    Task<ImmutableArray<SiloLoad>> Read();
}
