using Collab.Contracts;
using Collab.Grains.Documents;

namespace Collab.Tests.Documents;

/// <summary>A lease whose session is not open any more takes nobody's place for long.</summary>
public sealed class LeaseSweepTests
{
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(90);

    private readonly HandClock _clock = new();
    private readonly Dictionary<SessionId, long> _leases = [];
    private readonly HashSet<SessionId> _open = [];
    private readonly List<SessionId> _asked = [];
    private readonly LeaseSweep _sweep;

    public LeaseSweepTests() => _sweep = new LeaseSweep(Age, IsOpenAsync, _clock);

    [Fact]
    public async Task Only_those_that_were_not_heard_of_for_long_are_asked_for_and_only_those_that_are_over_go()
    {
        Admit("open", isOpen: true);
        Admit("over", isOpen: false);
        _clock.Advance(Age);
        Admit("new", isOpen: false);
        await RunAsync();
        Assert.Equal(["open", "over"], _asked.Select(session => session.Value).Order());
        Assert.Equal(["new", "open"], _leases.Keys.Select(session => session.Value).Order());
    }

    [Fact]
    public async Task Those_of_an_authority_that_knows_nothing_of_their_age_are_asked_for_at_once()
    {
        _leases[new SessionId("older")] = 1;
        await RunAsync();
        Assert.Empty(_leases);
    }

    [Fact]
    public async Task A_lease_that_was_given_while_it_was_asked_stays()
    {
        Admit("back", isOpen: false);
        _clock.Advance(Age);
        await _sweep.RunAsync(_leases, (session, lease) => Dismiss(session, lease + 1));
        Assert.Single(_leases);
    }

    [Fact]
    public async Task Many_who_knock_share_one_search()
    {
        Admit("open", isOpen: true);
        _clock.Advance(Age);
        for (int i = 0; i < 10; i++)
            await RunAsync();
        Assert.Single(_asked);
        _clock.Advance(Age);
        await RunAsync();
        Assert.Equal(2, _asked.Count);
    }

    [Fact]
    public async Task Who_cannot_be_asked_stays()
    {
        var sweep = new LeaseSweep(Age, _ => throw new TimeoutException(), _clock);
        _leases[new SessionId("older")] = 1;
        await sweep.RunAsync(_leases, Dismiss);
        Assert.Single(_leases);
    }

    private void Admit(string session, bool isOpen)
    {
        _leases[new SessionId(session)] = _leases.Count + 1;
        _sweep.See(new SessionId(session));
        if (isOpen)
            _open.Add(new SessionId(session));
    }

    private Task RunAsync() => _sweep.RunAsync(_leases, Dismiss);

    private void Dismiss(SessionId session, long lease)
    {
        if (_leases[session] == lease)
            _leases.Remove(session);
    }

    private Task<bool> IsOpenAsync(SessionId session)
    {
        _asked.Add(session);
        return Task.FromResult(_open.Contains(session));
    }
}
