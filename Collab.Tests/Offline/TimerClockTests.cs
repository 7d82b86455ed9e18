using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;

namespace Collab.Tests.Offline;

/// <summary>Grain timers run on the clock that the host registers for them.</summary>
public sealed class TimerClockTests
{
    [Fact]
    public async Task A_timer_of_an_hour_ticks_when_the_clock_says_so()
    {
        var clock = new HeldClock();
        var scene = Scene.New();
        scene.Open("tick");
        await using var silo = await TestSilo.StartAsync(builder => builder.Services.AddKeyedSingleton<TimeProvider>(TimeProviderNames.Grains, clock));

        await silo.Grain(scene).StartTimer("tick", TimeSpan.FromHours(1), TimeSpan.FromHours(2), interleave: false);

        await clock.Fire(TimeSpan.FromHours(1));
        await scene.Noted("-tick");
        await clock.Fire(TimeSpan.FromHours(2));
        await scene.Noted("-tick", times: 2);
    }

    [Fact]
    public async Task A_tick_that_is_due_again_as_it_ends_leaves_the_calls_beside_it_under_way()
    {
        const int Ticks = 50;
        var scene = Scene.New();
        scene.Open("tick");
        await using var silo = await TestSilo.StartAsync(builder => builder
            .Configure<SiloMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(2))
            .Services.AddKeyedSingleton<TimeProvider>(TimeProviderNames.Grains, new EagerClock(Ticks)));
        var grain = silo.Grain(scene);
        var lasting = grain.EnterInterleaving("lasting");
        await scene.Noted("+lasting");
        await grain.StartTimer("tick", TimeSpan.Zero, TimeSpan.Zero, interleave: true);
        await scene.Noted("-tick", Ticks);
        await grain.Note("still answers");

        // Only what is known to be under way is given up.
        await Eventually.IsTrue(() => lasting.IsCompleted);
        await Assert.ThrowsAsync<TimeoutException>(() => lasting);
    }

    /// <summary>A clock on which what is due at once is due before whoever set it goes on, so many times.</summary>
    private sealed class EagerClock(int times) : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new EagerTimer(callback, state, times);

        private sealed class EagerTimer(TimerCallback callback, object? state, int times) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                if (dueTime == TimeSpan.Zero && times-- > 0)
                    callback(state);
                return true;
            }

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }

    /// <summary>A clock whose timers fire when the test says so.</summary>
    private sealed class HeldClock : TimeProvider
    {
        private readonly List<HeldTimer> _timers = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            lock (_timers)
            {
                _timers.Add(new HeldTimer(callback, state, dueTime));
                return _timers[^1];
            }
        }

        /// <summary>Waits until some timer is set to <paramref name="due"/>, and fires it.</summary>
        public async Task Fire(TimeSpan due)
        {
            HeldTimer? timer = null;
            await Eventually.IsTrue(
                () =>
                {
                    lock (_timers)
                        return (timer = _timers.Find(each => each.Due == due)) is not null;
                },
                $"a timer is due after {due}");
            timer!.Fire();
        }

        private sealed class HeldTimer(TimerCallback callback, object? state, TimeSpan due) : ITimer
        {
            public TimeSpan Due { get; private set; } = due;

            public void Fire()
            {
                Due = Timeout.InfiniteTimeSpan;
                callback(state);
            }

            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                Due = dueTime;
                return true;
            }

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
