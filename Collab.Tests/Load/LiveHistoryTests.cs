using Collab.Contracts.Load;
using Collab.Grains.Load;
using Collab.Silo.Live;

namespace Collab.Tests.Load;

/// <summary>What the load grain makes of what hosts tell, at moments of their own.</summary>
public sealed class LiveHistoryTests
{
    private const string Applied = "collab_operations_total{outcome=\"applied\"}";
    private const string Sessions = "collab_active_sessions";

    private readonly HandClock _clock = new();
    private readonly LiveHistory _history;

    public LiveHistoryTests() => _history = new LiveHistory(_clock);

    [Fact]
    public void Counters_are_rates_and_gauges_are_sums_over_all_hosts()
    {
        for (int i = 0; i <= 12; i++)
        {
            Tell("a", (Applied, 100 * i), (Sessions, 3));
            _clock.Advance(TimeSpan.FromSeconds(3));
            Tell("b", (Sessions, 4), (Applied, 20 * i));
            _clock.Advance(TimeSpan.FromSeconds(7));
        }

        var picture = Look();
        Assert.Equal(12, picture.Over(Applied)[^1], 6);
        Assert.Equal(7, picture.Over(Sessions)[^1]);
        Assert.Equal(1440, picture.Grown(Applied));
        // The ends too, where one host has told already and the other has not.
        Assert.All(picture.Over(Applied).Skip(2), rate => Assert.Equal(12, rate, 6));
        Assert.All(picture.Moments.Skip(2), moment => Assert.Equal(2, moment.Hosts));
    }

    [Fact]
    public void A_host_that_starts_again_begins_anew_and_what_it_did_before_still_counts()
    {
        Tell("a", (Applied, 0));
        Pass(10, () => Tell("a", (Applied, 50)));
        Pass(10, () => Tell("a", "second life", (Applied, 0)));
        Pass(10, () => Tell("a", "second life", (Applied, 30)));
        var picture = Look();
        Assert.Equal(80, picture.Grown(Applied));
        Assert.All(picture.Over(Applied), rate => Assert.True(double.IsNaN(rate) || rate >= 0));
        Pass(30, () => Tell("a", "second life", (Applied, 30)));
        Assert.False(Assert.Single(Look().Hosts).IsSilent);
    }

    [Fact]
    public void A_host_that_tells_nothing_is_silent_and_its_sessions_are_not_counted_any_more()
    {
        Tell("a", (Sessions, 3));
        Tell("b", (Sessions, 4));
        Pass(20, () => Tell("a", (Sessions, 3)));
        Pass(20, () => Tell("a", (Sessions, 3)));
        var picture = Look();
        Assert.Equal([("a", false), ("b", true)], picture.Hosts.Select(host => (host.Host, host.IsSilent)));
        Assert.Equal(3, picture.Over(Sessions)[^1]);
        Assert.True(double.IsNaN(picture.Of(picture.Hosts[1], Sessions)));
        Assert.Contains(LiveHints.Of(picture), hint => hint.Alert == "CollabServiceDown" && hint.Text.Contains("b (web) has told nothing for 40 s", StringComparison.Ordinal));
        Pass(900, () => Tell("a", (Sessions, 3)));
        Assert.Equal("a", Assert.Single(Look().Hosts).Host);
    }

    [Fact]
    public void A_host_that_ends_in_order_is_no_silent_one_and_soon_not_shown()
    {
        Tell("a", (Sessions, 3));
        _history.Tell(Report("a", "a", isLeaving: true, [(Sessions, 0)]));
        _clock.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal((true, false), Look().Hosts.Select(host => (host.HasLeft, host.IsSilent)).Single());
        Assert.Empty(LiveHints.Of(Look()));
        _clock.Advance(TimeSpan.FromSeconds(40));
        Assert.Empty(Look().Hosts);
    }

    [Fact]
    public void Hosts_are_asked_to_tell_more_often_while_somebody_looks_and_for_what_they_remember_when_they_are_new()
    {
        Assert.Equal(new HostReportAnswer(LiveHistory.Calm, WantsHistory: true), Tell("a", (Applied, 0)));
        Assert.Equal(new HostReportAnswer(LiveHistory.Calm, WantsHistory: false), Tell("a", (Applied, 0)));
        Look();
        Assert.Equal(LiveHistory.Watched, Tell("a", (Applied, 0)).NextIn);
        _clock.Advance(TimeSpan.FromSeconds(16));
        Assert.Equal(LiveHistory.Calm, Tell("a", (Applied, 0)).NextIn);
    }

    [Fact]
    public void What_a_host_remembers_is_there_after_the_grain_has_moved()
    {
        var remembered = Enumerable.Range(0, 61).Select(i => new HostMoment(TimeSpan.FromSeconds(600 - (10 * i)), [20.0 * i]));
        _history.Tell(Report("a", "a", isLeaving: false, [(Applied, 1200)]));
        _history.Tell(new HostReport("a", "a", ["web"], "1", false, [Applied], [.. remembered]));
        var rates = Look().Over(Applied);
        Assert.InRange(rates.Count(rate => Math.Abs(rate - 2) < 1e-6), 59, 61);
    }

    [Fact]
    public void History_is_bounded_however_often_hosts_tell()
    {
        var track = new MomentTrack();
        for (int i = 0; i < 4000; i++)
            track.Add(DateTimeOffset.UnixEpoch.AddSeconds(i), [i]);
        Assert.InRange(track.Moments.Count, 60 + 84, 60 + 92);
        Assert.Equal(3999, track.Moments[^1].Values[0]);
        Assert.InRange((track.Moments[^1].At - track.Moments[0].At).TotalSeconds, 890, 915);
    }

    [Fact]
    public void Only_what_is_new_is_read_again()
    {
        for (int i = 0; i < 30; i++)
        {
            Tell("a", (Applied, 10 * i));
            _clock.Advance(TimeSpan.FromSeconds(10));
        }

        var all = _history.Read(DateTimeOffset.MinValue);
        Assert.InRange(all.Moments.Length, 29, 31);
        var late = _history.Read(_clock.GetUtcNow().AddSeconds(-25));
        Assert.InRange(late.Moments.Length, 3, 4);
        Assert.Equal(all.Moments[^1].Values[0], late.Moments[^1].Values[0], 6);
    }

    [Theory]
    [InlineData(0.5, 0.0015)]
    [InlineData(0.95, 0.0039)]
    [InlineData(1, 0.004)]
    public void Quantiles_are_those_of_PromQL(double quantile, double expected)
    {
        string[] series = [.. ((string[])["0.001", "0.002", "0.004", "+Inf"]).Select(bound => $"h_bucket{{le=\"{bound}\"}}")];
        var picture = new LivePicture(DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(10), series, [new LiveMoment(DateTimeOffset.UnixEpoch, 1, [2, 6, 8, 8]), new LiveMoment(DateTimeOffset.UnixEpoch, 1, [0, 0, 0, 0])], [], []);
        Assert.Equal(expected, Math.Round(picture.Quantile(quantile, "h")[0], 4), 3);
        Assert.Equal(double.NaN, picture.Quantile(quantile, "h")[1]);
    }

    private void Pass(int seconds, Action then)
    {
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        then();
    }

    private HostReportAnswer Tell(string host, params (string Series, double Value)[] values) => Tell(host, host, values);

    private HostReportAnswer Tell(string host, string life, params (string Series, double Value)[] values) => _history.Tell(Report(host, life, isLeaving: false, values));

    private static HostReport Report(string host, string life, bool isLeaving, (string Series, double Value)[] values) =>
        new(host, life, ["web"], "1", isLeaving, [.. values.Select(each => each.Series)], [new HostMoment(TimeSpan.Zero, [.. values.Select(each => each.Value)])]);

    private LivePicture Look()
    {
        var reading = _history.Read(DateTimeOffset.MinValue);
        return new LivePicture(reading.At, reading.Step, reading.Series, reading.Moments, reading.Hosts, reading.Increase);
    }
}
