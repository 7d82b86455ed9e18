namespace Collab.Tests.Offline;

/// <summary>One turn at a time, and which requests may interleave.</summary>
public sealed class TurnTests(SharedSilo shared) : IClassFixture<SharedSilo>
{
    private readonly Scene _scene = Scene.New();

    [Fact]
    public async Task Turns_of_one_grain_never_overlap()
    {
        var grain = shared.Silo.ReentrantGrain(_scene);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => grain.Count(40))));

        Assert.Equal(50 * 40, await grain.Count(0));
    }

    [Fact]
    public async Task An_await_comes_back_to_the_grain_and_Task_Run_leaves_it()
    {
        Assert.Equal("own:True escaped:True back:True left:True", await shared.Silo.Grain(_scene).Schedulers());
    }

    [Fact]
    public async Task A_request_waits_until_the_running_one_has_completed()
    {
        var grain = shared.Silo.Grain(_scene);
        await grain.Note("ready");

        var first = grain.Enter("a");
        var second = grain.Enter("b");
        await _scene.Noted("+a");
        _scene.Open("b");
        _scene.Open("a");
        await Task.WhenAll(first, second);

        Assert.Equal(["ready", "+a", "-a", "+b", "-b"], _scene.Trace[2..]);
    }

    [Fact]
    public async Task Requests_of_a_reentrant_grain_interleave_at_awaits()
    {
        var grain = shared.Silo.ReentrantGrain(_scene);
        await grain.Note("ready");

        var first = grain.Enter("a");
        var second = grain.Enter("b");
        await _scene.Noted("+b");
        _scene.Open("b");
        await second;
        _scene.Open("a");
        await first;

        Assert.Equal(["ready", "+a", "+b", "-b", "-a"], _scene.Trace[2..]);
    }

    [Fact]
    public async Task An_always_interleaving_call_runs_while_another_waits_and_later_ones_stay_in_line()
    {
        var grain = shared.Silo.Grain(_scene);
        await grain.Note("ready");

        var first = grain.Enter("a");
        var waiting = grain.Enter("b");
        var interleaving = grain.EnterInterleaving("i");
        await _scene.Noted("+i");
        Assert.DoesNotContain("+b", _scene.Trace);
        _scene.Open("i");
        await interleaving;
        _scene.Open("a");
        _scene.Open("b");
        await Task.WhenAll(first, waiting);

        Assert.Equal(["ready", "+a", "+i", "-i", "-a", "+b", "-b"], _scene.Trace[2..]);
    }

    [Fact]
    public async Task An_always_interleaving_call_that_runs_blocks_nobody()
    {
        var grain = shared.Silo.Grain(_scene);

        var interleaving = grain.EnterInterleaving("i");
        await _scene.Noted("+i");
        var other = grain.Enter("a");
        await _scene.Noted("+a");
        _scene.Open("a");
        await other;
        _scene.Open("i");
        await interleaving;
    }

    [Fact]
    public async Task Reading_calls_interleave_with_each_other_and_not_with_others()
    {
        var grain = shared.Silo.Grain(_scene);
        await grain.Note("ready");

        var first = grain.EnterReading("r1");
        await _scene.Noted("+r1");
        var writing = grain.Enter("w");
        var second = grain.EnterReading("r2");
        await _scene.Noted("+r2");
        Assert.DoesNotContain("+w", _scene.Trace);
        _scene.Open("r2");
        await second;
        _scene.Open("r1");
        _scene.Open("w");
        await Task.WhenAll(first, writing);

        Assert.Equal(["ready", "+r1", "+r2", "-r2", "-r1", "+w", "-w"], _scene.Trace[2..]);
    }

    [Fact]
    public async Task Calls_of_one_caller_run_in_the_order_sent()
    {
        var grain = shared.Silo.Grain(_scene);
        await grain.Note("ready"); // Calls to a grain that is not active yet may overtake each other on Orleans.

        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(number => grain.Note(number.ToString())));

        Assert.Equal(Enumerable.Range(0, 1_000).Select(number => number.ToString()), _scene.Trace[3..]);
    }

    [Fact]
    public async Task Calls_of_one_grain_to_another_run_in_the_order_sent()
    {
        var target = shared.Silo.Grain(_scene);
        await target.Note("ready");

        await shared.Silo.Grain(Scene.New()).Send(target, 1_000);

        Assert.Equal(Enumerable.Range(0, 1_000).Select(number => number.ToString()), _scene.Trace[3..]);
    }
}
