using System.Collections.Immutable;

namespace Collab.Contracts.Load;

/// <summary>What the cluster's silos are busy with, and what all its hosts show in metrics over the last minutes, as each tells every 10 s; there is one of it in a cluster, with key <see cref="Key"/>.</summary>
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

    /// <summary>Takes what a host shows in metrics. A silo of the version before knows nothing of it, and the call fails; then there is nothing to watch.</summary>
    [Alias("Tell")]
    Task<HostReportAnswer> Tell(HostReport report);

    /// <summary>The last 15 minutes. Whoever calls is looking: for some seconds from now on hosts are asked to tell every 2 s.</summary>
    /// <param name="after">Only moments that end after this.</param>
    [Alias("Watch")]
    Task<LiveReading> Watch(DateTimeOffset after);
}
