namespace Collab.Tests.Offline;

/// <summary>What comes back from a call, and what travels with it.</summary>
public sealed class CallTests(SharedSilo shared) : IClassFixture<SharedSilo>
{
    private readonly Scene _scene = Scene.New();

    private ISceneGrain Grain => shared.Silo.Grain(_scene);

    [Fact]
    public async Task An_exception_reaches_the_caller_as_itself()
    {
        Assert.Equal("late", (await Assert.ThrowsAsync<SceneException>(() => Grain.Fail("late"))).Message);
        Assert.Equal("at once", (await Assert.ThrowsAsync<SceneException>(() => Grain.FailAtOnce("at once").AsTask())).Message);
    }

    [Fact]
    public async Task A_failed_request_does_not_hold_up_the_next()
    {
        var failing = Grain.Fail("first");
        var next = Grain.Note("second");

        await Assert.ThrowsAsync<SceneException>(() => failing);
        await next;
    }

    [Fact]
    public async Task A_call_takes_as_many_arguments_as_it_likes()
    {
        var guid = Guid.NewGuid();

        Assert.Equal($"1 two 3 {guid} True 4.5 g 6 nine", await Grain.Join(1, "two", 3, guid, true, 4.5, 'g', 6, "nine"));
    }

    [Fact]
    public async Task A_one_way_call_does_not_wait()
    {
        await Grain.EnterOneWay("a");

        await _scene.Noted("+a");
        _scene.Open("a");
        await _scene.Noted("-a");
    }

    [Fact]
    public async Task The_request_context_travels_with_the_call_and_on_and_does_not_come_back()
    {
        var further = shared.Silo.Grain(Scene.New());
        RequestContext.Set("color", "red");

        Assert.Equal("red,red+", await Grain.Context("color", further));
        Assert.Equal("red", RequestContext.Get("color"));

        RequestContext.Clear();
        Assert.Null(await Grain.Context("color", null));
    }

    [Fact]
    public async Task Async_locals_do_not_travel()
    {
        var local = new AsyncLocal<string> { Value = "mine" };
        await Grain.Note("ready");

        Assert.Equal("mine", local.Value);
        Assert.Null(await Grain.Context("color", null));
    }

    [Fact]
    public async Task A_cancelled_caller_is_free_at_once_and_the_grain_hears_of_it_on_its_turn()
    {
        using var source = new CancellationTokenSource();
        var call = Grain.Wait("w", source.Token);
        await _scene.Noted("+w");

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await _scene.Noted("-w");
        Assert.Contains("cancelled on the turn", _scene.Trace);
    }

    [Fact]
    public async Task A_call_with_a_cancelled_token_is_not_sent()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Grain.Wait("w", new CancellationToken(canceled: true)));

        Assert.DoesNotContain("+w", _scene.Trace);
    }

    [Fact]
    public void References_to_one_grain_are_equal_whatever_their_interface()
    {
        var reference = Grain.AsReference<ISceneCalls>();

        Assert.Equal((object)Grain, reference);
        Assert.Equal(Grain.GetHashCode(), reference.GetHashCode());
        Assert.NotEqual((object)Grain, shared.Silo.Grain(Scene.New()));
        Assert.Equal(_scene.Key, Grain.GetPrimaryKeyString());
        Assert.Equal($"scene/{_scene.Key}", Grain.GetGrainId().ToString());
    }

    [Fact]
    public void A_blank_key_is_refused() => Assert.ThrowsAny<ArgumentException>(() => shared.Silo.Grains.GetGrain<ISceneGrain>(" "));
}
