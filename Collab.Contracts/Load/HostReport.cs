using System.Collections.Immutable;

namespace Collab.Contracts.Load;

/// <summary>What a process does in the cluster: <c>web</c> has clients, <c>silo</c> has grains; one process may do both. Whoever brings a part registers it.</summary>
public sealed record HostPart(string Name);

/// <summary>What one process, web host or silo, tells of itself for the live page: some of its own metrics, as <c>/metrics</c> shows them at that moment.</summary>
/// <param name="Host"><c>machine:process</c>.</param>
/// <param name="Life">Another each time that the host starts: counters begin anew with it.</param>
/// <param name="Parts">The names of its <see cref="HostPart"/>s.</param>
/// <param name="IsLeaving">It ends in order, and tells nothing more.</param>
/// <param name="Series">Names of what <see cref="HostMoment.Values"/> holds, as <c>/metrics</c> writes them, labels that nobody looks at summed away: <c>collab_operations_total{outcome="applied"}</c>. Within one life only ever
/// longer. At most <see cref="SeriesLimit"/>.</param>
/// <param name="Moments">The oldest first. More than one when the grain has asked for what was before.</param>
[GenerateSerializer, Immutable, Alias("collab.HostReport")]
public sealed record HostReport(
    [property: Id(0)] string Host,
    [property: Id(1)] string Life,
    [property: Id(2)] ImmutableArray<string> Parts,
    [property: Id(3)] string Version,
    [property: Id(4)] bool IsLeaving,
    [property: Id(5)] ImmutableArray<string> Series,
    [property: Id(6)] ImmutableArray<HostMoment> Moments)
{
    public const int SeriesLimit = 500;
}

/// <summary>A host's metrics at one moment.</summary>
/// <param name="Age">How long ago that is, on the host's own clock: hosts' clocks need not agree.</param>
/// <param name="Values">By place in <see cref="HostReport.Series"/>; shorter where a series was not there yet.</param>
[GenerateSerializer, Immutable, Alias("collab.HostMoment")]
public sealed record HostMoment(
    [property: Id(0)] TimeSpan Age,
    [property: Id(1)] ImmutableArray<double> Values);

/// <summary>What a host that has told is to do next.</summary>
/// <param name="NextIn">When it is to tell again: soon while somebody looks.</param>
/// <param name="WantsHistory">The grain knows nothing of this life of the host, and would have what the host remembers.</param>
[GenerateSerializer, Immutable, Alias("collab.HostReportAnswer")]
public sealed record HostReportAnswer(
    [property: Id(0)] TimeSpan NextIn,
    [property: Id(1)] bool WantsHistory);
