using Collab.Contracts;
using Collab.Contracts.Presence;
using Collab.Grains.Presence;

namespace Collab.Tests.Presence;

/// <summary>Who is counted as present: the latest word of each, for as long as somebody says that they are there.</summary>
public sealed class AttendanceTests
{
    private readonly HandClock _clock = new();
    private readonly Attendance _attendance;

    public AttendanceTests() => _attendance = new Attendance(_clock);

    [Fact]
    public void Who_is_not_renewed_is_gone_after_a_while_and_who_is_renewed_stays()
    {
        _attendance.Show(Entry("ada"));
        _attendance.Show(Entry("bob"));
        _attendance.TakeChanges();
        _clock.Advance(Attendance.SilenceLimit);
        _attendance.Renew([new SessionId("ada")]);
        _clock.Advance(TimeSpan.FromSeconds(1));
        _attendance.Sweep();
        Assert.Equal("bob", Assert.Single(_attendance.TakeChanges().Left).Value);
        Assert.Equal("ada", Assert.Single(_attendance.Named).Session.Value);
    }

    [Fact]
    public void What_somebody_who_left_still_says_brings_nobody_back_and_the_next_stay_does()
    {
        _attendance.Show(Entry("ada", number: 5));
        _attendance.Leave(new SessionId("ada"), 5);
        _attendance.Show(Entry("ada", number: 5));
        _attendance.Show(Entry("ada", number: 4));
        Assert.Equal(0, _attendance.Count);
        _attendance.Show(Entry("ada", number: 6));
        // Word of the earlier stay's end, late.
        _attendance.Leave(new SessionId("ada"), 5);
        Assert.Equal(1, _attendance.Count);
    }

    [Fact]
    public void Who_left_before_it_was_known_does_not_come_by_what_was_overtaken()
    {
        _attendance.Leave(new SessionId("ada"), 5);
        _attendance.Show(Entry("ada", number: 5));
        Assert.Equal(0, _attendance.Count);
    }

    [Fact]
    public void Who_came_and_went_between_two_tellings_is_not_told_of()
    {
        _attendance.Show(Entry("ada"));
        _attendance.Leave(new SessionId("ada"), 0);
        var (updates, left) = _attendance.TakeChanges();
        Assert.True(updates.IsEmpty && left.IsEmpty);
    }

    [Fact]
    public void Reading_says_what_was_told_and_not_what_is_going_to_be()
    {
        _attendance.Show(Entry("ada"));
        Assert.Empty(_attendance.Told);
        _attendance.TakeChanges();
        _attendance.Leave(new SessionId("ada"), 0);
        Assert.Single(_attendance.Told);
    }

    private static PresenceEntry Entry(string session, long number = 0) => new(new SessionId(session), session, "#112233", Revision.Zero, default, Number: number);
}
