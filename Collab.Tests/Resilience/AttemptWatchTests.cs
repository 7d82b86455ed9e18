using Collab.Resilience;
using Polly.Timeout;

namespace Collab.Tests.Resilience;

/// <summary>Calls under way with one timer for all of them, by a clock that the test moves.</summary>
public sealed class AttemptWatchTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    private readonly HandClock _clock = new();
    private readonly AttemptWatch _watch;
    private int _timeouts;

    public AttemptWatchTests() => _watch = new AttemptWatch(_clock, Limit, () => _timeouts++);

    public void Dispose() => _watch.Dispose();

    [Fact]
    public async Task An_answer_in_time_is_passed_on_and_so_is_a_failure()
    {
        Assert.Equal(1, await RunAsync(Task.FromResult(1)));
        await Assert.ThrowsAsync<FormatException>(() => RunAsync(Task.FromException<int>(new FormatException())));
        var (answered, failed) = (new TaskCompletionSource<int>(), new TaskCompletionSource<int>());
        var calls = new[] { RunAsync(answered.Task), RunAsync(failed.Task) };
        _clock.Advance(Limit - TimeSpan.FromMilliseconds(1));
        answered.SetResult(2);
        failed.SetException(new FormatException());
        Assert.Equal(2, await calls[0]);
        await Assert.ThrowsAsync<FormatException>(() => calls[1]);
        _clock.Advance(Limit);
        Assert.Equal(0, _timeouts);
    }

    [Fact]
    public async Task Each_call_has_the_whole_time_whenever_it_began()
    {
        var never = new TaskCompletionSource<int>().Task;
        var calls = new List<Task<int>>();
        for (int i = 0; i < 3; i++)
        {
            calls.Add(RunAsync(never));
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        // Three seconds after the first, two after the second, one after the third.
        for (int i = 0; i < calls.Count; i++)
        {
            Assert.Equal(Limit, (await Assert.ThrowsAsync<TimeoutRejectedException>(() => calls[i])).Timeout);
            Assert.Equal(i + 1, _timeouts);
            Assert.All(calls.Skip(i + 1), call => Assert.False(call.IsCompleted));
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public async Task One_that_is_answered_between_two_that_hang_takes_neither_along()
    {
        var never = new TaskCompletionSource<int>().Task;
        var answer = new TaskCompletionSource<int>();
        var (first, second, third) = (RunAsync(never), RunAsync(answer.Task), RunAsync(never));
        answer.SetResult(5);
        Assert.Equal(5, await second);
        _clock.Advance(Limit);
        await Assert.ThrowsAsync<TimeoutRejectedException>(() => first);
        await Assert.ThrowsAsync<TimeoutRejectedException>(() => third);
        Assert.Equal(2, _timeouts);
    }

    [Fact]
    public async Task A_call_that_is_given_up_hears_of_it_and_what_it_says_then_is_heard_by_nobody()
    {
        var answer = new TaskCompletionSource<int>();
        CancellationToken told = default;
        var call = _watch.RunAsync(
            (_, cancellation) =>
            {
                told = cancellation;
                cancellation.Register(() => answer.SetCanceled(cancellation));
                return new ValueTask<int>(answer.Task);
            },
            0,
            CancellationToken.None).AsTask();
        Assert.False(told.IsCancellationRequested);
        _clock.Advance(Limit);
        await Assert.ThrowsAsync<TimeoutRejectedException>(() => call);
        Assert.True(told.IsCancellationRequested);
    }

    [Fact]
    public async Task Whoever_gives_it_up_himself_goes_on_at_once()
    {
        using var caller = new CancellationTokenSource();
        CancellationToken told = default;
        var call = _watch.RunAsync(
            (_, cancellation) =>
            {
                told = cancellation;
                return new ValueTask<int>(new TaskCompletionSource<int>().Task);
            },
            0,
            caller.Token).AsTask();
        await caller.CancelAsync();
        Assert.Equal(caller.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call)).CancellationToken);
        Assert.True(told.IsCancellationRequested);
        _clock.Advance(Limit);
        Assert.Equal(0, _timeouts);
    }

    private Task<int> RunAsync(Task<int> answer) => _watch.RunAsync(static (answer, _) => new ValueTask<int>(answer), answer, CancellationToken.None).AsTask();
}
