using Microsoft.Extensions.DependencyInjection;

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
