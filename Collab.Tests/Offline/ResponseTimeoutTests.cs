namespace Collab.Tests.Offline;

/// <summary>A caller waits for <c>SiloMessagingOptions.ResponseTimeout</c>; the grain is not disturbed by its giving up.</summary>
public sealed class ResponseTimeoutTests : IAsyncLifetime
{
    private readonly Scene _scene = Scene.New();
    private TestSilo _silo = null!;

    public async Task InitializeAsync() => _silo = await TestSilo.StartImpatientAsync();

    public async Task DisposeAsync() => await _silo.DisposeAsync();

    [Fact]
    public async Task A_late_answer_is_a_timeout_for_the_caller_while_the_turn_goes_on()
    {
        var grain = _silo.Grain(_scene);

        await Assert.ThrowsAsync<TimeoutException>(() => grain.Enter("a"));
        Assert.DoesNotContain("-a", _scene.Trace);

        _scene.Open("a");
        await _scene.Noted("-a");
        await Answered(() => grain.Note("next"));
    }

    [Fact]
    public async Task A_request_whose_caller_has_given_up_is_not_run_any_more()
    {
        var grain = _silo.Grain(_scene);
        var first = grain.Enter("a");
        await _scene.Noted("+a");

        await Assert.ThrowsAsync<TimeoutException>(() => grain.Note("too late"));
        await Assert.ThrowsAsync<TimeoutException>(() => first);
        _scene.Open("a");
        await Answered(() => grain.Note("next"));

        Assert.DoesNotContain("too late", _scene.Trace);
    }

    [Fact]
    public async Task A_grain_that_waits_for_itself_is_released_by_the_timeout()
    {
        await Assert.ThrowsAsync<TimeoutException>(() => _silo.Grain(_scene).CallSelf());
    }

    [Fact]
    public async Task Who_waits_for_an_observer_that_is_gone_gets_a_timeout()
    {
        var listener = new Listener(_scene);
        var reference = _silo.Grains.CreateObjectReference<ISceneObserver>(listener);
        await Answered(async () => Assert.Equal(2, await _silo.Grain(_scene).Ask(reference, 1)));

        _silo.Grains.DeleteObjectReference<ISceneObserver>(reference);

        await Assert.ThrowsAsync<TimeoutException>(() => reference.OnQuestion(2));
        await Answered(() => _silo.Grain(_scene).Tell(reference, 1));
        GC.KeepAlive(listener);
        Assert.DoesNotContain("0", _scene.Trace);
    }

    // On a saturated machine a second may be too little for any answer.
    private static Task Answered(Func<Task> call) => Eventually.IsTrue(
        async () =>
        {
            try
            {
                await call();
                return true;
            }
            catch (TimeoutException)
            {
                return false;
            }
        },
        "the call was answered in time");
}
