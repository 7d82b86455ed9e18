using BenchmarkDotNet.Attributes;
using Collab.Resilience;
using Microsoft.Extensions.Logging.Abstractions;

namespace Collab.Benchmarks.Resilience;

/// <summary>What a pipeline adds to a call that goes well: to one that is answered at once, and to one that is waited for, as every grain call is.</summary>
public class PipelineBenchmarks : IDisposable
{
    private readonly Pipeline _pipeline;

    public PipelineBenchmarks()
    {
        var options = new PipelineOptions();
        options.SetDefaults(PipelineName.ClusterCall);
        _pipeline = new Pipeline(PipelineName.ClusterCall, options, _ => false, TimeProvider.System, NullLogger<Pipeline>.Instance);
    }

    [Benchmark(Baseline = true)]
    public int Waited() => Answer(new TaskCompletionSource<int>(), static (_, answer) => WaitAsync(answer));

    [Benchmark]
    public int WaitedOnce() => Answer(
        new TaskCompletionSource<int>(), static (pipeline, answer) => pipeline.OnceAsync(static (answer, _) => new ValueTask<int>(answer.Task), answer, CancellationToken.None));

    [Benchmark]
    public int WaitedRepeatable() => Answer(
        new TaskCompletionSource<int>(), static (pipeline, answer) => pipeline.RepeatAsync(static (answer, _) => new ValueTask<int>(answer.Task), answer, CancellationToken.None));

    [Benchmark]
    public int AtOnceRepeatable() => _pipeline.RepeatAsync(static (_, _) => ValueTask.FromResult(1), 0, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public void Dispose()
    {
        _pipeline.Dispose();
        GC.SuppressFinalize(this);
    }

    // The answer comes on the same thread, so that what is measured is the pipeline and not the thread pool.
    private int Answer(TaskCompletionSource<int> answer, Func<Pipeline, TaskCompletionSource<int>, ValueTask<int>> call)
    {
        var task = call(_pipeline, answer).AsTask();
        answer.SetResult(1);
        return task.GetAwaiter().GetResult();
    }

    private static async ValueTask<int> WaitAsync(TaskCompletionSource<int> answer) => await answer.Task;
}
