using Collab.Resilience;
using Microsoft.Extensions.Logging.Abstractions;
using Polly.Timeout;

namespace Collab.Tests.Resilience;

/// <summary>What a pipeline repeats, and how long it waits, by a clock that the test moves (<see cref="BreakerTests"/>: what it refuses). Its metrics have a label of these tests' own: a host in another test that has pipelines moves others.</summary>
public sealed class PipelineTests : IDisposable
{
    private static readonly PipelineOptions Options = Pipelines.Small(retries: 2);

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
    public async Task An_answer_that_is_no_trouble_is_not_repeated()
    {
        for (int i = 0; i < 10; i++)
            await Assert.ThrowsAsync<FormatException>(() => _clock.RunAsync(RepeatAsync(_ => throw new FormatException())));
        Assert.Equal(10, _attempts);
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

    private static double Events(string happened) => PipelineMetrics.Events.WithLabels(Label, happened).Value;

    private Task<int> RepeatAsync(Func<int, int> call) =>
        _pipeline.RepeatAsync((call, _) => ValueTask.FromResult(call(++_attempts)), call, CancellationToken.None).AsTask();

    private Task<int> OnceAsync(Func<int, int> call) =>
        _pipeline.OnceAsync((call, _) => ValueTask.FromResult(call(++_attempts)), call, CancellationToken.None).AsTask();

    private sealed class TroubleException : Exception;
}
