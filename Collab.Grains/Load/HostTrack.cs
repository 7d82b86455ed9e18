using System.Collections.Immutable;
using Collab.Contracts.Load;

namespace Collab.Grains.Load;

/// <summary>One life of one host, as the load grain knows it.</summary>
internal sealed class HostTrack
{
    /// <summary>The place of a series for which there is no room.</summary>
    public const int Nowhere = -1;

    private readonly MomentTrack _track = new();

    public string Host { get; private set; } = "";

    public ImmutableArray<string> Parts { get; private set; } = [];

    public string Version { get; private set; } = "";

    public bool HasLeft { get; private set; }

    public DateTimeOffset ToldAt { get; private set; }

    /// <summary>Where its series are among those of all hosts; <see cref="Nowhere"/> for none.</summary>
    public int[] Places { get; private set; } = [];

    public IReadOnlyList<MomentTrack.Moment> Moments => _track.Moments;

    /// <summary>Whether what it told last is what it is like now.</summary>
    public bool IsTelling(DateTimeOffset now) => !HasLeft && now - ToldAt <= LiveHistory.Silence;

    public void Take(HostReport report, int[] places, DateTimeOffset now)
    {
        (Host, Parts, Version, HasLeft, Places, ToldAt) = (report.Host, report.Parts, report.Version, report.IsLeaving, places, now);
        foreach (var moment in report.Moments)
            _track.Add(now - moment.Age, [.. moment.Values]);
    }

    public void Forget(DateTimeOffset now) => _track.Forget(now);

    /// <summary>Adds by how much each counter has grown, over all that is known; by place in <paramref name="series"/>.</summary>
    public void AddIncrease(IReadOnlyList<LiveSeries> series, double[] sums)
    {
        for (int own = 0; Moments.Count > 1 && own < Places.Length; own++)
        {
            if (Places[own] is not Nowhere and var place && series[place].IsCounter)
                sums[place] += Moments[^1][own] - Moments[0][own];
        }
    }
}
