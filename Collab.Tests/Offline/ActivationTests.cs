using Orleans.Configuration;

namespace Collab.Tests.Offline;

/// <summary>How a grain's life begins and ends.</summary>
public sealed class ActivationTests(SharedSilo shared) : IClassFixture<SharedSilo>
{
    private readonly Scene _scene = Scene.New();

    [Fact]
    public async Task The_first_call_activates_the_grain_and_runs_after_that()
    {
        await shared.Silo.Grain(_scene).Note("first");
        await shared.Silo.Grain(_scene).Note("second");

        Assert.Equal(["activating", "activated", "first", "second"], _scene.Trace);
    }

    [Fact]
    public async Task A_failed_activation_fails_its_callers_and_the_next_call_tries_anew()
    {
        var broken = Scene.Of($"broken-{Guid.NewGuid():N}");
        var grain = shared.Silo.Grain(broken);

        Assert.Equal("the first activation fails", (await Assert.ThrowsAsync<SceneException>(() => grain.Note("a"))).Message);
        await grain.Note("b");

        Assert.Equal(["activating", "activating", "activated", "b"], broken.Trace);
    }

    [Fact]
    public async Task Deactivation_lets_the_running_request_end_and_queued_ones_go_to_a_new_life()
    {
        var grain = shared.Silo.Grain(_scene);
        var first = await grain.Life();

        var ending = grain.EndWhenIdle("a");
        await _scene.Noted("+a");
        var queued = grain.Life();
        _scene.Open("a");
        await ending;

        Assert.NotEqual(first, await queued);
        Assert.Equal(
            ["activating", "activated", "+a", "-a", "deactivating:ApplicationRequested", "deactivated", "activating", "activated"],
            _scene.Trace);
    }

    [Fact]
    public async Task A_new_life_begins_when_OnDeactivateAsync_has_ended()
    {
        var slow = Scene.Of($"slow-{Guid.NewGuid():N}");
        var grain = shared.Silo.Grain(slow);
        slow.Open("a");
        await grain.EndWhenIdle("a");
        await slow.Noted("deactivating:ApplicationRequested");

        var next = grain.Note("next");
        Assert.Single(slow.Trace, "activating");
        slow.Open("deactivate");
        await next;

        Assert.Equal(["deactivated", "activating", "activated", "next"], slow.Trace[^4..]);
    }

    [Fact]
    public async Task While_a_grain_ends_not_even_interleaving_calls_start()
    {
        var grain = shared.Silo.Grain(_scene);
        var ending = grain.EndWhenIdle("a");
        await _scene.Noted("+a");

        var interleaving = grain.EnterInterleaving("i");
        _scene.Open("i");
        _scene.Open("a");
        await Task.WhenAll(ending, interleaving);

        Assert.Equal(["+a", "-a", "deactivating:ApplicationRequested", "deactivated", "activating", "activated", "+i", "-i"], _scene.Trace[2..]);
    }

    [Fact]
    public async Task Idle_activations_are_collected_unless_they_are_kept()
    {
        await using var silo = await TestSilo.StartAsync(builder => builder.Configure<GrainCollectionOptions>(options =>
        {
            options.CollectionQuantum = TimeSpan.FromSeconds(1);
            options.CollectionAge = TimeSpan.FromSeconds(2);
        }));
        var keptScene = Scene.New();
        var delayedScene = Scene.New();
        var kept = silo.Grains.GetGrain<IKeptSceneGrain>(keptScene.Key);
        var delayed = silo.Grain(delayedScene);
        await kept.Note("alive");
        await delayed.StayFor(TimeSpan.FromHours(1));
        await silo.Grain(_scene).Note("alive");

        await _scene.Noted("deactivating:ActivationIdle");

        await kept.Note("still");
        await delayed.Note("still");
        Assert.Equal(["activating", "activated", "alive", "still"], keptScene.Trace);
        Assert.Equal(["activating", "activated", "still"], delayedScene.Trace);
    }

    [Fact]
    public async Task A_class_may_have_an_age_of_its_own()
    {
        await using var silo = await TestSilo.StartAsync(builder => builder.Configure<GrainCollectionOptions>(options =>
        {
            options.CollectionQuantum = TimeSpan.FromSeconds(1);
            options.CollectionAge = TimeSpan.FromHours(1);
            options.ClassSpecificCollectionAge[typeof(SceneGrain).FullName!] = TimeSpan.FromSeconds(2);
        }));
        var other = Scene.New();
        await silo.ReentrantGrain(other).Note("alive");
        await silo.Grain(_scene).Note("alive");

        await _scene.Noted("deactivating:ActivationIdle");

        await silo.ReentrantGrain(other).Note("still");
        Assert.Equal(["activating", "activated", "alive", "still"], other.Trace);
    }

    [Fact]
    public async Task A_silo_does_not_start_on_options_that_contradict_each_other()
    {
        await Assert.ThrowsAsync<OrleansConfigurationException>(() => TestSilo.StartAsync(builder => builder.Configure<GrainCollectionOptions>(options =>
            options.CollectionAge = options.CollectionQuantum)));
    }

    [Fact]
    public async Task A_stopping_silo_ends_all_grains_and_waits_for_them()
    {
        await using var silo = await TestSilo.StartAsync();
        var scenes = Enumerable.Range(0, 20).Select(_ => Scene.New()).ToArray();
        foreach (var scene in scenes)
            await silo.Grain(scene).Note("alive");
        var grain = silo.Grain(_scene);

        await silo.StopAsync();

        Assert.All(scenes, scene => Assert.Equal(["deactivating:ShuttingDown", "deactivated"], scene.Trace[^2..]));
        await Assert.ThrowsAnyAsync<OrleansException>(() => grain.Note("too late"));
    }
}
