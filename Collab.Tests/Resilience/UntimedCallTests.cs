using Collab.Resilience;
using Microsoft.Extensions.Logging.Abstractions;
using Polly.CircuitBreaker;

namespace Collab.Tests.Resilience;

/// <summary>Calls that go past the breaker and tell it how they ended: it opens and closes as if they had gone through it. By a clock that the test moves; the metrics have a label of these tests' own.</summary>
public sealed class UntimedCallTests : IDisposable
{
    private const string Label = "webhook:untimed-call-tests";

    private static readonly PipelineOptions Options = new()
    {
        AttemptTimeout = TimeSpan.FromSeconds(1),
        TotalTimeout = TimeSpan.FromSeconds(10),
        FailureRatio = 0.5,
        MinimumThroughput = 4,
        SamplingDuration = TimeSpan.FromSeconds(10),
        BreakDuration = TimeSpan.FromSeconds(2),
        ConcurrentCalls = 2,
        QueuedCalls = 1,
    };

    private readonly HandClock _clock = new();
    private readonly Pipeline _pipeline;
    private int _calls;

    public UntimedCallTests() => _pipeline = new Pipeline(
        PipelineName.Webhook, Options, failure => failure is TroubleException, _clock, NullLogger<Pipeline>.Instance, of: "untimed-call-tests");

    public void Dispose() => _pipeline.Dispose();

    private static double State => PipelineMetrics.BreakerState.WithLabels(Label).Value;

    private static double Trips => PipelineMetrics.BreakerTrips.WithLabels(Label).Value;

    private static double Rejections => PipelineMetrics.Events.WithLabels(Label, "rejected").Value;

    [Fact]
    public async Task Failures_open_the_breaker_and_whoever_comes_then_is_refused()
    {
        double trips = Trips, rejections = Rejections;
        await OpenAsync();
        Assert.Equal((2d, 1d), (State, Trips - trips));
        Assert.Equal(Options.BreakDuration, _pipeline.RefusesFor);

        int before = _calls;
        var refusal = await Assert.ThrowsAsync<BrokenCircuitException>(() => CallAsync(call => call));
        Assert.IsType<TroubleException>(refusal.InnerException);
        Assert.Equal((before, 1d), (_calls, Rejections - rejections));
    }

    [Fact]
    public async Task They_and_all_other_calls_have_one_breaker()
    {
        for (int i = 0; i < Options.MinimumThroughput / 2; i++)
        {
            await Assert.ThrowsAsync<TroubleException>(() => CallAsync(_ => throw new TroubleException()));
            await Assert.ThrowsAsync<TroubleException>(() => _pipeline.OnceAsync<int, int>((_, _) => throw new TroubleException(), 0, CancellationToken.None).AsTask());
        }

        await Assert.ThrowsAsync<BrokenCircuitException>(() => CallAsync(call => call));
        await Assert.ThrowsAsync<BrokenCircuitException>(() => _pipeline.OnceAsync((_, _) => ValueTask.FromResult(1), 0, CancellationToken.None).AsTask());
    }

    [Fact]
    public async Task Half_open_one_call_finds_out_and_closes_it()
    {
        await OpenAsync();
        _clock.Advance(Options.BreakDuration + TimeSpan.FromMilliseconds(100));
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = new TaskCompletionSource<int>();
        var trial = _pipeline.UntimedAsync((_, _) => { begun.SetResult(); return new ValueTask<int>(answer.Task); }, 0, CancellationToken.None).AsTask();
        await begun.Task;
        Assert.Equal(1, State);
        await Assert.ThrowsAsync<BrokenCircuitException>(() => CallAsync(call => call));

        answer.SetResult(7);
        Assert.Equal((7, 0d), (await trial, State));
        Assert.Equal(_calls + 1, await CallAsync(call => call));
    }

    [Fact]
    public async Task A_trial_that_fails_opens_it_again()
    {
        double trips = Trips;
        await OpenAsync();
        _clock.Advance(Options.BreakDuration + TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAsync<TroubleException>(() => CallAsync(_ => throw new TroubleException()));
        Assert.Equal((2d, 2d), (State, Trips - trips));
    }

    [Fact]
    public async Task One_that_began_before_it_opened_gets_its_answer_and_neither_closes_nor_prolongs_anything()
    {
        var late = new TaskCompletionSource<int>();
        var answered = _pipeline.UntimedAsync((_, _) => new ValueTask<int>(late.Task), 0, CancellationToken.None).AsTask();
        await OpenAsync();
        _clock.Advance(TimeSpan.FromSeconds(1));
        late.SetResult(7);
        Assert.Equal(7, await answered);
        Assert.Equal((2d, TimeSpan.FromSeconds(1)), (State, _pipeline.RefusesFor));
        _clock.Advance(TimeSpan.FromSeconds(1.1));
        Assert.Equal(_calls + 1, await CallAsync(call => call));
        Assert.Equal(0, State);
    }

    [Fact]
    public async Task Successes_count_too()
    {
        for (int i = 0; i < 40; i++)
        {
            Task<int> call = CallAsync(call => call % 4 == 0 ? throw new TroubleException() : call);
            await Task.WhenAny(call);
        }

        Assert.Null(_pipeline.RefusesFor);
    }

    [Fact]
    public async Task An_answer_that_is_no_trouble_counts_as_one()
    {
        for (int i = 0; i < 10; i++)
            await Assert.ThrowsAsync<FormatException>(() => CallAsync(_ => throw new FormatException()));
        Assert.Null(_pipeline.RefusesFor);
    }

    [Fact]
    public async Task As_many_as_may_are_under_way_the_next_waits_and_the_one_after_is_refused()
    {
        double rejections = Rejections;
        var slow = new TaskCompletionSource<int>();
        var calls = Enumerable.Range(0, Options.ConcurrentCalls + Options.QueuedCalls)
            .Select(_ => _pipeline.UntimedAsync((_, _) => { _calls++; return new ValueTask<int>(slow.Task); }, 0, CancellationToken.None).AsTask()).ToList();
        await Assert.ThrowsAsync<BulkheadRejectedException>(() => CallAsync(call => call));
        Assert.Equal((Options.ConcurrentCalls, 1d), (_calls, Rejections - rejections));

        slow.SetResult(5);
        Assert.All(await Task.WhenAll(calls), answer => Assert.Equal(5, answer));
        Assert.Equal(_calls + 1, await CallAsync(call => call));
    }

    private async Task OpenAsync()
    {
        for (int i = 0; i < Options.MinimumThroughput; i++)
            await Assert.ThrowsAsync<TroubleException>(() => CallAsync(_ => throw new TroubleException()));
    }

    private Task<int> CallAsync(Func<int, int> call) =>
        _pipeline.UntimedAsync((call, _) => ValueTask.FromResult(call(++_calls)), call, CancellationToken.None).AsTask();

    private sealed class TroubleException : Exception;
}
