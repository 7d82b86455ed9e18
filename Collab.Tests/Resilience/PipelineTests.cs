using Collab.Resilience;
using Microsoft.Extensions.Logging.Abstractions;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Collab.Tests.Resilience;

/// <summary>One pipeline by a clock that the test moves. Its metrics have a label of these tests' own: a host in another test that has pipelines moves others.</summary>
public sealed class PipelineTests : IDisposable
{
    private static readonly PipelineOptions Options = new()
    {
        AttemptTimeout = TimeSpan.FromSeconds(1),
        TotalTimeout = TimeSpan.FromSeconds(10),
        Retries = 2,
        RetryDelay = TimeSpan.FromMilliseconds(100),
        RetryDelayLimit = TimeSpan.FromSeconds(1),
        FailureRatio = 0.5,
        MinimumThroughput = 4,
        SamplingDuration = TimeSpan.FromSeconds(10),
        BreakDuration = TimeSpan.FromSeconds(2),
        ConcurrentCalls = 2,
        QueuedCalls = 1,
    };

    private const string Label = "webhook:pipeline-tests";

    private readonly HandClock _clock = new();
    private readonly Pipeline _pipeline;
    private int _attempts;

    public PipelineTests() => _pipeline = new Pipeline(
        PipelineName.Webhook, Options, failure => failure is TroubleException, _clock, NullLogger<Pipeline>.Instance, of: "pipeline-tests");

    public void Dispose() => _pipeline.Dispose();

    [Fact]
    public async Task A_call_that_fails_is_repeated_until_it_succeeds()
    {
        double retries = Events("retry");
        Assert.Equal(3, await _clock.RunAsync(RepeatAsync(attempt => attempt < 3 ? throw new TroubleException() : attempt)));
        Assert.Equal(2, Events("retry") - retries);
    }

    [Fact]
    public async Task A_call_that_may_not_be_repeated_is_made_once()
    {
        await Assert.ThrowsAsync<TroubleException>(() => _clock.RunAsync(OnceAsync(_ => throw new TroubleException())));
        Assert.Equal(1, _attempts);
    }

    [Fact]
    public async Task An_answer_that_is_no_trouble_is_neither_repeated_nor_counted()
    {
        for (int i = 0; i < 10; i++)
            await Assert.ThrowsAsync<FormatException>(() => _clock.RunAsync(RepeatAsync(_ => throw new FormatException())));
        Assert.Equal(10, _attempts);
        Assert.Null(_pipeline.RefusesFor);
    }

    [Fact]
    public async Task An_attempt_that_hangs_is_left_to_itself_and_made_again()
    {
        double timeouts = Events("timeout");
        var hanging = new TaskCompletionSource<int>();
        var call = _pipeline.RepeatAsync((_, _) => new ValueTask<int>(++_attempts == 1 ? hanging.Task : Task.FromResult(_attempts)), 0, CancellationToken.None).AsTask();
        Assert.Equal(2, await _clock.RunAsync(call));
        Assert.Equal(1, Events("timeout") - timeouts);
        Assert.False(hanging.Task.IsCompleted);
    }

    [Fact]
    public async Task A_call_ends_with_its_total_timeout_whatever_its_attempts_do()
    {
        var start = _clock.GetTimestamp();
        var call = _pipeline.RepeatAsync((_, _) => new ValueTask<int>(new TaskCompletionSource<int>().Task), 0, CancellationToken.None).AsTask();
        await Assert.ThrowsAsync<TimeoutRejectedException>(() => _clock.RunAsync(call));
        Assert.InRange(_clock.GetElapsedTime(start), TimeSpan.FromSeconds(3), Options.TotalTimeout);
    }

    [Fact]
    public async Task The_breaker_opens_refuses_at_once_tries_one_call_and_closes()
    {
        double trips = PipelineMetrics.BreakerTrips.WithLabels(Label).Value;
        double rejections = Events("rejected");
        await OpenAsync();
        Assert.Equal((2d, 1d), (State, PipelineMetrics.BreakerTrips.WithLabels(Label).Value - trips));
        Assert.Equal(TimeSpan.FromSeconds(2), _pipeline.RefusesFor);

        int before = _attempts;
        var refusal = await Assert.ThrowsAsync<BrokenCircuitException>(() => RepeatAsync(attempt => attempt));
        Assert.Equal((before, 1d), (_attempts, Events("rejected") - rejections));
        Assert.IsType<TroubleException>(refusal.InnerException);

        // Half-open: the first call finds out, and a second one beside it is refused.
        _clock.Advance(TimeSpan.FromSeconds(2.1));
        Assert.Null(_pipeline.RefusesFor);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var trial = new TaskCompletionSource<int>();
        var tried = _pipeline.OnceAsync((_, _) => { begun.SetResult(); return new ValueTask<int>(trial.Task); }, 0, CancellationToken.None).AsTask();
        // Polly tells of a change of state on another thread, and makes the call when that is done.
        await begun.Task;
        Assert.Equal(1, State);
        await Assert.ThrowsAsync<BrokenCircuitException>(() => OnceAsync(attempt => attempt));
        trial.SetResult(7);
        Assert.Equal(7, await tried);
        Assert.Equal(0, State);
        Assert.Equal(before + 1, await OnceAsync(attempt => attempt));
    }

    [Fact]
    public async Task A_breaker_whose_trial_fails_opens_again()
    {
        double trips = PipelineMetrics.BreakerTrips.WithLabels(Label).Value;
        await OpenAsync();
        _clock.Advance(TimeSpan.FromSeconds(2.1));
        await Assert.ThrowsAsync<TroubleException>(() => OnceAsync(_ => throw new TroubleException()));
        Assert.Equal((2d, 2d), (State, PipelineMetrics.BreakerTrips.WithLabels(Label).Value - trips));
        Assert.Equal(TimeSpan.FromSeconds(2), _pipeline.RefusesFor);
    }

    [Fact]
    public async Task A_few_failures_among_many_successes_open_nothing()
    {
        for (int i = 0; i < 40; i++)
        {
            Task<int> call = OnceAsync(attempt => attempt % 4 == 0 ? throw new TroubleException() : attempt);
            await Task.WhenAny(call);
        }

        Assert.Null(_pipeline.RefusesFor);
    }

    [Fact]
    public async Task A_full_bulkhead_refuses_with_its_limits_and_takes_calls_again_when_there_is_room()
    {
        double rejections = Events("rejected");
        var slow = new TaskCompletionSource<int>();
        var calls = Enumerable.Range(0, 3).Select(_ => _pipeline.OnceAsync((_, _) => new ValueTask<int>(slow.Task), 0, CancellationToken.None).AsTask()).ToList();
        var refusal = await Assert.ThrowsAsync<BulkheadRejectedException>(() => OnceAsync(attempt => attempt));
        Assert.Equal(
            "2 calls are under way in pipeline webhook and 1 wait, the limits (Collab:Resilience:webhook:ConcurrentCalls and QueuedCalls); this one was not begun.", refusal.Message);
        Assert.Equal((0, 1d), (_attempts, Events("rejected") - rejections));
        slow.SetResult(5);
        Assert.All(await Task.WhenAll(calls), answer => Assert.Equal(5, answer));
        Assert.Equal(1, await OnceAsync(attempt => attempt));
    }

    private static double State => PipelineMetrics.BreakerState.WithLabels(Label).Value;

    private static double Events(string happened) => PipelineMetrics.Events.WithLabels(Label, happened).Value;

    private async Task OpenAsync()
    {
        for (int i = 0; i < Options.MinimumThroughput; i++)
            await Assert.ThrowsAsync<TroubleException>(() => OnceAsync(_ => throw new TroubleException()));
    }

    private Task<int> RepeatAsync(Func<int, int> call) =>
        _pipeline.RepeatAsync((call, _) => ValueTask.FromResult(call(++_attempts)), call, CancellationToken.None).AsTask();

    private Task<int> OnceAsync(Func<int, int> call) =>
        _pipeline.OnceAsync((call, _) => ValueTask.FromResult(call(++_attempts)), call, CancellationToken.None).AsTask();

    private sealed class TroubleException : Exception;
}
