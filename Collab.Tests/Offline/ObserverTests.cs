using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Utilities;

namespace Collab.Tests.Offline;

/// <summary>How grains call objects outside.</summary>
public sealed class ObserverTests(SharedSilo shared) : IClassFixture<SharedSilo>
{
    private readonly Scene _scene = Scene.New();

    [Fact]
    public async Task Calls_of_one_grain_arrive_in_order_and_one_at_a_time()
    {
        var listener = new Listener(_scene);
        var reference = shared.Silo.Grains.CreateObjectReference<ISceneObserver>(listener);

        await shared.Silo.Grain(Scene.New()).Tell(reference, 500);

        await _scene.Noted("499");
        Assert.Equal(Enumerable.Range(0, 500).Select(number => number.ToString()), _scene.Trace);
        GC.KeepAlive(listener);
    }

    [Fact]
    public async Task A_question_comes_back_with_its_answer_or_its_exception()
    {
        var listener = new Listener(_scene);
        var reference = shared.Silo.Grains.CreateObjectReference<ISceneObserver>(listener);
        var grain = shared.Silo.Grain(Scene.New());

        Assert.Equal(8, await grain.Ask(reference, 7));
        await Assert.ThrowsAsync<SceneException>(() => grain.Ask(reference, -1));
        GC.KeepAlive(listener);
    }

    [Fact]
    public async Task A_reference_does_not_keep_its_object()
    {
        var (reference, weak) = CreateAndForget();

        await Eventually.IsTrue(() =>
        {
            GC.Collect();
            return !weak.IsAlive;
        });

        await shared.Silo.Grain(Scene.New()).Tell(reference, 1);
        Assert.Empty(_scene.Trace);
    }

    [Fact]
    public async Task A_grain_cannot_make_a_reference_to_an_object()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => shared.Silo.Grain(_scene).MakeObserver());
    }

    [Fact]
    public void A_reference_that_has_ended_cannot_be_ended_again()
    {
        var listener = new Listener(_scene);
        var reference = shared.Silo.Grains.CreateObjectReference<ISceneObserver>(listener);
        shared.Silo.Grains.DeleteObjectReference<ISceneObserver>(reference);

        Assert.Throws<ArgumentException>(() => shared.Silo.Grains.DeleteObjectReference<ISceneObserver>(reference));
        Assert.Throws<ArgumentException>(() => shared.Silo.Grains.DeleteObjectReference<ISceneObserver>(listener));
        GC.KeepAlive(listener);
    }

    [Fact]
    public async Task A_manager_calls_those_who_renewed_and_drops_those_who_expired_or_failed()
    {
        var now = new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var manager = new ObserverManager<string, string>(TimeSpan.FromMinutes(5), NullLogger.Instance) { GetDateTime = () => now };
        manager.Subscribe("a", "A");
        manager.Subscribe("b", "B");
        manager.Subscribe("c", "C");
        now += TimeSpan.FromMinutes(4);
        manager.Subscribe("a", "A2");
        manager.Subscribe("c", "C2");
        now += TimeSpan.FromMinutes(4);

        var called = new List<string>();
        await manager.Notify(async observer =>
        {
            called.Add(observer);
            await Task.Yield();
            if (observer == "C2")
                throw new SceneException("gone");
        });

        Assert.Equal(["A2", "C2"], called.Order());
        Assert.Equal(["A2"], manager);
        manager.Notify(observer => called.Add("sync"), observer => observer == "nobody");
        Assert.DoesNotContain("sync", called);
        manager.Unsubscribe("a");
        Assert.Equal(0, manager.Count);
    }

    [Fact]
    public async Task Subscribing_while_observers_are_called_is_allowed()
    {
        var manager = new ObserverManager<string, string>(TimeSpan.FromMinutes(5), NullLogger.Instance);
        manager.Subscribe("a", "A");
        manager.Subscribe("b", "B");

        var called = 0;
        await manager.Notify(_ =>
        {
            called++;
            manager.Subscribe($"new{called}", "N");
            manager.Unsubscribe("b");
            return Task.CompletedTask;
        });

        Assert.Equal(2, called);
        Assert.Equal(3, manager.Count);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private (ISceneObserver Reference, WeakReference Weak) CreateAndForget()
    {
        var listener = new Listener(_scene);
        return (shared.Silo.Grains.CreateObjectReference<ISceneObserver>(listener), new WeakReference(listener));
    }
}
