namespace Collab.Tests.Offline;

/// <summary>A timer's tick is a request of the grain to itself.</summary>
public sealed class TimerTests(SharedSilo shared) : IClassFixture<SharedSilo>
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(1);

    private readonly Scene _scene = Scene.New();

    private ISceneGrain Grain => shared.Silo.Grain(_scene);

    [Fact]
    public async Task A_tick_waits_for_the_running_request_and_holds_up_the_next()
    {
        await Grain.StartTimer("tick", Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan, interleave: false);
        var running = Grain.Enter("a");
        await _scene.Noted("+a");
        await Grain.ChangeTimer(Soon, Timeout.InfiniteTimeSpan);
        await AnotherTimerHasTicked();
        Assert.DoesNotContain("+tick", _scene.Trace);

        _scene.Open("a");
        await _scene.Noted("+tick");
        var next = Grain.Note("next");
        _scene.Open("i");
        await Grain.EnterInterleaving("i");
        Assert.DoesNotContain("next", _scene.Trace);
        _scene.Open("tick");
        await Task.WhenAll(running, next);

        Assert.Equal(["+a", "-a", "+tick", "+i", "-i", "-tick", "next"], _scene.Trace[2..]);
    }

    [Fact]
    public async Task An_interleaving_tick_does_not_wait()
    {
        await Grain.StartTimer("tick", TimeSpan.FromMilliseconds(50), Timeout.InfiniteTimeSpan, interleave: true);
        var running = Grain.Enter("a");

        await _scene.Noted("+tick");
        _scene.Open("tick");
        await _scene.Noted("-tick");
        _scene.Open("a");
        await running;
    }

    [Fact]
    public async Task A_periodic_timer_ticks_on_also_after_a_tick_that_fails()
    {
        _scene.Open("failing");
        await Grain.StartTimer("failing", Soon, Soon, interleave: false);

        await _scene.Noted("-failing", times: 5);
        await Grain.Note("still answers");
    }

    [Fact]
    public async Task A_changed_timer_ticks_when_it_is_told()
    {
        _scene.Open("tick");
        await Grain.StartTimer("tick", Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan, interleave: false);

        await Grain.ChangeTimer(Soon, Timeout.InfiniteTimeSpan);

        await _scene.Noted("-tick");
    }

    [Fact]
    public async Task Timers_end_with_the_activation()
    {
        _scene.Open("tick");
        await Grain.StartTimer("tick", Soon, Soon, interleave: false);
        await _scene.Noted("-tick");

        _scene.Open("end");
        await Grain.EndWhenIdle("end");
        await _scene.Noted("deactivated");
        await Grain.Note("new life");

        var afterEnd = _scene.Trace.SkipWhile(each => each != "deactivating:ApplicationRequested");
        Assert.DoesNotContain("+tick", afterEnd);
    }

    // A sign that a timer started before it is due too, without waiting for a time.
    private async Task AnotherTimerHasTicked()
    {
        var other = Scene.New();
        other.Open("tick");
        await shared.Silo.Grain(other).StartTimer("tick", Soon, Timeout.InfiniteTimeSpan, interleave: false);
        await other.Noted("-tick");
    }
}
