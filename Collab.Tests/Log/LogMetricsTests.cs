using Collab.Grains.Log;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using static Collab.Tests.Log.Samples;

namespace Collab.Tests.Log;

/// <summary>The labels name a store of the test's own, so that other tests' traffic is not in the numbers.</summary>
public sealed class LogMetricsTests
{
    [Fact]
    public async Task A_commit_moves_the_batch_metrics_and_a_stale_writer_the_fenced_ones()
    {
        var log = new MeasuredOperationLog(new NamedLog("metrics-test"));
        await log.OpenNewAsync(Document);
        await using (var writer = new LogWriter(log, Options.Create(new LogOptions()), TimeProvider.System, NullLogger<LogWriter>.Instance))
        {
            await writer.AppendAsync(Append(1, Record(1), Record(2)));
            await writer.AppendAsync(Append(7, Record(3)));
        }

        Assert.Equal(2, LogMetrics.Batches.WithLabels(log.Store, "durable").Value);
        Assert.Equal(2, LogMetrics.BatchSeconds.WithLabels(log.Store, "durable").Count);
        Assert.Equal(3, LogMetrics.BatchSize.WithLabels(log.Store).Sum);
        Assert.Equal(2, LogMetrics.Records.WithLabels(log.Store).Value);
        Assert.Equal(0, LogMetrics.QueueDepth.WithLabels(log.Store).Value);
        Assert.Equal(1, LogMetrics.FencedAppends.WithLabels(log.Store).Value);
        Assert.Equal(2, LogMetrics.QuerySeconds.WithLabels(log.Store, "append", "operations").Count);
        Assert.Equal(1, LogMetrics.QuerySeconds.WithLabels(log.Store, "open", "documents").Count);
    }

    [Fact]
    public async Task A_failure_is_counted_by_its_cause()
    {
        var log = new MeasuredOperationLog(new NamedLog("failing-test", new LogUnavailableException("Full.", fault: LogFault.Full)));
        await using var writer = new LogWriter(log, Options.Create(new LogOptions()), TimeProvider.System, NullLogger<LogWriter>.Instance);
        await Assert.ThrowsAsync<LogUnavailableException>(() => writer.AppendAsync(Append(1, Record(1))));

        Assert.Equal(1, LogMetrics.Batches.WithLabels(log.Store, "failed").Value);
        Assert.Equal(1, LogMetrics.Errors.WithLabels(log.Store, "full").Value);
    }

    private sealed class NamedLog(string store, Exception? failure = null) : LogDecorator(new MemoryOperationLog())
    {
        public override string Store => store;

        public override async ValueTask<System.Collections.Immutable.ImmutableArray<AppendOutcome>> AppendAsync(
            IReadOnlyList<LogAppend> appends, CancellationToken cancellation) =>
            failure is null ? await base.AppendAsync(appends, cancellation) : throw failure;
    }
}
