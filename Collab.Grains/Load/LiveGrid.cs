using System.Collections.Immutable;
using Collab.Contracts.Load;

namespace Collab.Grains.Load;

/// <summary>
/// Adds hosts up that told at moments of their own: over each step, of a counter how much it grew a second, of a gauge its last value.
/// </summary>
/// <param name="ends">Of the steps, each <see cref="MomentTrack.Step"/> long. Ascending.</param>
internal sealed class LiveGrid(IReadOnlyList<LiveSeries> series, DateTimeOffset[] ends, DateTimeOffset now)
{
    private readonly bool[] _isCounter = [.. series.Select(each => each.IsCounter)];
    private readonly double[][] _sums = [.. ends.Select(_ => Enumerable.Repeat(double.NaN, series.Count).ToArray())];
    private readonly int[] _hosts = new int[ends.Length];

    public ImmutableArray<LiveMoment> Moments => [.. ends.Select((end, step) => new LiveMoment(end, _hosts[step], [.. _sums[step]]))];

    public void Add(HostTrack host)
    {
        int first = 0;
        for (int step = 0; host.Moments.Count > 0 && step < ends.Length; step++)
        {
            var newest = host.Moments[^1].At;
            // What a host that is well has not told of yet it is taken to do as before: else the sum would fall each time that one has still to tell.
            var to = ends[step] > newest && host.IsTelling(now) ? newest : ends[step];
            while (first + 1 < host.Moments.Count && host.Moments[first + 1].At <= to - MomentTrack.Step)
                first++;
            if (host.Moments[first].At > to || to - newest > LiveHistory.Silence || (host.HasLeft && to > newest))
                continue;
            _hosts[step]++;
            AddRates(host, first, to, _sums[step]);
            AddValues(host, first, to, _sums[step]);
        }
    }

    private void AddRates(HostTrack host, int first, DateTimeOffset to, double[] sums)
    {
        var from = to - MomentTrack.Step;
        double covered = 0;
        foreach (var overlap in Overlaps(host, first, from, to))
            covered += overlap.Seconds;
        if (covered <= 0)
            return;
        foreach (var (before, after, seconds) in Overlaps(host, first, from, to))
        {
            double share = seconds / (after.At - before.At).TotalSeconds / covered;
            // What is not there afterwards was not there before.
            for (int own = 0; own < Math.Min(host.Places.Length, after.Values.Length); own++)
            {
                if (host.Places[own] is not HostTrack.Nowhere and var place && _isCounter[place])
                    Add(ref sums[place], (after.Values[own] - before[own]) * share);
            }
        }
    }

    private void AddValues(HostTrack host, int first, DateTimeOffset to, double[] sums)
    {
        int last = first;
        while (last + 1 < host.Moments.Count && host.Moments[last + 1].At <= to)
            last++;
        double[] values = host.Moments[last].Values;
        for (int own = 0; own < Math.Min(host.Places.Length, values.Length); own++)
        {
            if (host.Places[own] is not HostTrack.Nowhere and var place && !_isCounter[place] && !double.IsNaN(values[own]))
                Add(ref sums[place], values[own]);
        }
    }

    /// <summary>Neighbouring moments that have a part of the step between them, and how much of it.</summary>
    private static IEnumerable<(MomentTrack.Moment Before, MomentTrack.Moment After, double Seconds)> Overlaps(HostTrack host, int first, DateTimeOffset from, DateTimeOffset to)
    {
        for (int i = first; i + 1 < host.Moments.Count && host.Moments[i].At < to; i++)
        {
            var (before, after) = (host.Moments[i], host.Moments[i + 1]);
            double seconds = ((after.At < to ? after.At : to) - (before.At > from ? before.At : from)).TotalSeconds;
            if (seconds > 0)
                yield return (before, after, seconds);
        }
    }

    private static void Add(ref double sum, double value) => sum = double.IsNaN(sum) ? value : sum + value;
}
