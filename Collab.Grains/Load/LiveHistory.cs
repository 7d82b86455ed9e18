using Collab.Contracts.Load;

namespace Collab.Grains.Load;

/// <summary>What all hosts told over the last 15 minutes. Not thread-safe: a grain's.</summary>
internal sealed class LiveHistory(TimeProvider clock)
{
    /// <summary>A host that has told nothing for so long should have: it tells every 10 s at least.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(25);

    /// <summary>How often hosts tell while nobody looks.</summary>
    public static readonly TimeSpan Calm = TimeSpan.FromSeconds(10);

    /// <summary>How often while somebody does.</summary>
    public static readonly TimeSpan Watched = TimeSpan.FromSeconds(2);

    /// <summary>Whoever looks asks every 2 s; a page that is slow at it is still one that looks.</summary>
    private static readonly TimeSpan Attention = TimeSpan.FromSeconds(15);

    /// <summary>So long a host is shown that has ended in order.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromMinutes(1);

    // Far more than a cluster has; those that told nothing for longest make room.
    private const int HostsLimit = 500;
    private const int SeriesLimit = 2000;

    private readonly Dictionary<string, HostTrack> _hosts = [];
    private readonly List<LiveSeries> _series = [];
    private readonly Dictionary<string, int> _places = [];
    private DateTimeOffset _watchedAt = DateTimeOffset.MinValue;

    public HostReportAnswer Tell(HostReport report)
    {
        var now = clock.GetUtcNow();
        bool isNew = !_hosts.TryGetValue(report.Life, out var host);
        // All of what the host remembers takes the place of what is known here.
        if (host is null || report.Moments.Length > 1)
            _hosts[report.Life] = host = new HostTrack();
        host.Take(report, [.. report.Series.Take(HostReport.SeriesLimit).Select(Place)], now);
        Forget(now);
        return new HostReportAnswer(now - _watchedAt < Attention ? Watched : Calm, isNew && report.Moments.Length == 1);
    }

    public LiveReading Read(DateTimeOffset after)
    {
        var now = _watchedAt = clock.GetUtcNow();
        Forget(now);
        var grid = new LiveGrid(_series, [.. Ends(now, after)], now);
        double[] increase = new double[_series.Count];
        foreach (var host in _hosts.Values)
        {
            grid.Add(host);
            host.AddIncrease(_series, increase);
        }

        return new LiveReading(now, MomentTrack.Step, [.. _series.Select(series => series.Name)], grid.Moments, [.. Shown(now).Select(host => Describe(host, now))], [.. increase]);
    }

    /// <summary>Whole steps of the clock, from when anything is known, and the moment itself.</summary>
    private IEnumerable<DateTimeOffset> Ends(DateTimeOffset now, DateTimeOffset after)
    {
        var known = _hosts.Values.Where(host => host.Moments.Count > 0).Select(host => host.Moments[0].At).DefaultIfEmpty(now).Min();
        var from = new[] { after, known, now - MomentTrack.Length }.Max();
        long step = MomentTrack.Step.Ticks;
        for (long end = ((from.UtcTicks / step) + 1) * step; end < now.UtcTicks; end += step)
            yield return new DateTimeOffset(end, TimeSpan.Zero);
        yield return now;
    }

    /// <summary>A host that came back with the same name takes the place of its last life.</summary>
    private IEnumerable<HostTrack> Shown(DateTimeOffset now) => _hosts.Values
        .Where(host => !host.HasLeft || now - host.ToldAt < Farewell)
        .Where(host => host.IsTelling(now) || !_hosts.Values.Any(other => other != host && other.Host == host.Host && other.ToldAt > host.ToldAt))
        .OrderBy(host => host.Host, StringComparer.Ordinal);

    private LiveHost Describe(HostTrack host, DateTimeOffset now)
    {
        var alone = new LiveGrid(_series, [now], now);
        alone.Add(host);
        return new LiveHost(host.Host, host.Parts, host.Version, now - host.ToldAt, !host.HasLeft && !host.IsTelling(now), host.HasLeft, alone.Moments[0].Values);
    }

    private int Place(string name)
    {
        if (_places.TryGetValue(name, out int place))
            return place;
        if (_series.Count == SeriesLimit)
            return HostTrack.Nowhere;
        _places[name] = place = _series.Count;
        _series.Add(new LiveSeries(name));
        return place;
    }

    private void Forget(DateTimeOffset now)
    {
        foreach (var (life, host) in _hosts)
        {
            host.Forget(now);
            if (host.ToldAt < now - MomentTrack.Length)
                _hosts.Remove(life);
        }

        if (_hosts.Count > HostsLimit)
            _hosts.Remove(_hosts.MinBy(host => host.Value.ToldAt).Key);
    }
}
