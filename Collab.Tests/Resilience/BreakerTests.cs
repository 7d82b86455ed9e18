using Collab.Resilience;
using Microsoft.Extensions.Logging.Abstractions;
using Polly.CircuitBreaker;

namespace Collab.Tests.Resilience;

/// <summary>
/// The breaker and the places of a pipeline, whichever way it is called: calls go past the breaker and tell it how they ended, and it opens and closes as if they had gone through it. By a clock that the test moves; the metrics
/// have a label of these tests' own: a host in another test that has pipelines moves others.
/// </summary>
public sealed class BreakerTests : IDisposable
{
    private const string Label = "webhook:breaker-tests";

    private static readonly PipelineOptions Options = Pipelines.Small(retries: 0);

    private readonly HandClock _clock = new();
    private readonly Pipeline _pipeline;
    private int _calls;

    public BreakerTests() => _pipeline = new Pipeline(
        PipelineName.Webhook, Options, failure => failure is TroubleException, _clock, NullLogger<Pipeline>.Instance, of: "breaker-tests");

    /// <summary>How a call is made.</summary>
    public enum Way
    {
        Repeat,
        Once,
        Untimed,
    }

    public static TheoryData<Way> Ways { get; } = [.. Enum.GetValues<Way>()];

    private static double State => PipelineMetrics.BreakerState.WithLabels(Label).Value;

    private static double Trips => PipelineMetrics.BreakerTrips.WithLabels(Label).Value;

    private static double Rejections => PipelineMetrics.Events.WithLabels(Label, "rejected").Value;

    public void Dispose() => _pipeline.Dispose();

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Failures_open_it_and_whoever_comes_then_is_refused_at_once(Way way)
    {
        double trips = Trips, rejections = Rejections;
        await OpenAsync(way);
        Assert.Equal((2d, 1d), (State, Trips - trips));
        Assert.Equal(Options.BreakDuration, _pipeline.RefusesFor);

        int before = _calls;
        var refusal = await Assert.ThrowsAsync<BrokenCircuitException>(() => CallAsync(way, call => call));
        Assert.IsType<TroubleException>(refusal.InnerException);
        Assert.Equal((before, 1d), (_calls, Rejections - rejections));
    }

    [Fact]
    public async Task All_ways_have_one_breaker()
    {
        foreach (var way in new[] { Way.Once, Way.Untimed, Way.Repeat, Way.Untimed })
            await Assert.ThrowsAsync<TroubleException>(() => CallAsync(way, _ => throw new TroubleException()));
        foreach (var way in Enum.GetValues<Way>())
            await Assert.ThrowsAsync<BrokenCircuitException>(() => CallAsync(way, call => call));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Half_open_one_call_finds_out_and_closes_it(Way way)
    {
        await OpenAsync(way);
        _clock.Advance(Options.BreakDuration + TimeSpan.FromMilliseconds(100));
        Assert.Null(_pipeline.RefusesFor);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = new TaskCompletionSource<int>();
        var trial = AwaitAsync(way, begun, answer.Task);
        // Polly tells of a change of state on another thread, and makes the call when that is done.
        await begun.Task;
        Assert.Equal(1, State);
        await Assert.ThrowsAsync<BrokenCircuitException>(() => CallAsync(way, call => call));

        answer.SetResult(7);
        Assert.Equal((7, 0d), (await trial, State));
        Assert.Equal(_calls + 1, await CallAsync(way, call => call));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_trial_that_fails_opens_it_again(Way way)
    {
        double trips = Trips;
        await OpenAsync(way);
        _clock.Advance(Options.BreakDuration + TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAsync<TroubleException>(() => CallAsync(way, _ => throw new TroubleException()));
        Assert.Equal((2d, 2d), (State, Trips - trips));
        Assert.Equal(Options.BreakDuration, _pipeline.RefusesFor);
    }

    [Fact]
    public async Task A_call_that_began_before_it_opened_gets_its_answer_and_neither_closes_nor_prolongs_anything()
    {
        var late = new TaskCompletionSource<int>();
        var answered = AwaitAsync(Way.Untimed, new TaskCompletionSource(), late.Task);
        await OpenAsync(Way.Untimed);
        _clock.Advance(TimeSpan.FromSeconds(1));
        late.SetResult(7);
        Assert.Equal(7, await answered);
        Assert.Equal((2d, TimeSpan.FromSeconds(1)), (State, _pipeline.RefusesFor));
        _clock.Advance(TimeSpan.FromSeconds(1.1));
        Assert.Equal(_calls + 1, await CallAsync(Way.Untimed, call => call));
        Assert.Equal(0, State);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_few_failures_among_many_successes_open_nothing(Way way)
    {
        for (int i = 0; i < 40; i++)
        {
            Task<int> call = CallAsync(way, call => call % 4 == 0 ? throw new TroubleException() : call);
            await Task.WhenAny(call);
        }

        Assert.Null(_pipeline.RefusesFor);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task An_answer_that_is_no_trouble_counts_as_a_success(Way way)
    {
        for (int i = 0; i < 10; i++)
            await Assert.ThrowsAsync<FormatException>(() => CallAsync(way, _ => throw new FormatException()));
        Assert.Null(_pipeline.RefusesFor);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task As_many_as_may_are_under_way_the_next_waits_and_the_one_after_is_refused_with_the_limits(Way way)
    {
        double rejections = Rejections;
        var slow = new TaskCompletionSource<int>();
        var calls = Enumerable.Range(0, Options.ConcurrentCalls + Options.QueuedCalls).Select(_ => AwaitAsync(way, new TaskCompletionSource(), slow.Task)).ToList();
        var refusal = await Assert.ThrowsAsync<BulkheadRejectedException>(() => CallAsync(way, call => call));
        Assert.Equal(
            "2 calls are under way in pipeline webhook and 1 wait, the limits (Collab:Resilience:webhook:ConcurrentCalls and QueuedCalls); this one was not begun.", refusal.Message);
        Assert.Equal((Options.ConcurrentCalls, 1d), (_calls, Rejections - rejections));

        slow.SetResult(5);
        Assert.All(await Task.WhenAll(calls), answer => Assert.Equal(5, answer));
        Assert.Equal(_calls + 1, await CallAsync(way, call => call));
    }

    private async Task OpenAsync(Way way)
    {
        for (int i = 0; i < Options.MinimumThroughput; i++)
            await Assert.ThrowsAsync<TroubleException>(() => CallAsync(way, _ => throw new TroubleException()));
    }

    private Task<int> CallAsync(Way way, Func<int, int> answer) => MakeAsync(way, (answer, _) => ValueTask.FromResult(answer(++_calls)), answer);

    private Task<int> AwaitAsync(Way way, TaskCompletionSource begun, Task<int> answer) => MakeAsync(
        way,
        (answer, _) =>
        {
            _calls++;
            begun.SetResult();
            return new ValueTask<int>(answer);
        },
        answer);

    private Task<int> MakeAsync<T>(Way way, Func<T, CancellationToken, ValueTask<int>> call, T state) => way switch
    {
        Way.Repeat => _pipeline.RepeatAsync(call, state, CancellationToken.None).AsTask(),
        Way.Once => _pipeline.OnceAsync(call, state, CancellationToken.None).AsTask(),
        _ => _pipeline.UntimedAsync(call, state, CancellationToken.None).AsTask(),
    };

    private sealed class TroubleException : Exception;
}
