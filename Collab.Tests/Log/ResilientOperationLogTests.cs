using System.Collections.Immutable;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Grains.Log;
using Collab.Grains.Log.Sqlite;
using Collab.Resilience;
using Collab.Tests.Resilience;
using Microsoft.Extensions.Logging.Abstractions;
using static Collab.Tests.Log.Samples;

namespace Collab.Tests.Log;

public sealed class ResilientOperationLogTests : IDisposable
{
    private readonly HandClock _clock = new();
    private readonly SickLog _store = new();
    private readonly Pipeline _appends;
    private readonly Pipeline _reads;
    private readonly ResilientOperationLog _log;

    public ResilientOperationLogTests()
    {
        _appends = Pipelines.OfLog(PipelineName.LogAppend, _clock);
        _reads = Pipelines.OfLog(PipelineName.LogRead, _clock);
        _log = new ResilientOperationLog(_store, _appends, _reads);
    }

    public void Dispose()
    {
        _appends.Dispose();
        _reads.Dispose();
    }

    [Fact]
    public async Task A_short_failure_is_not_felt()
    {
        await _log.OpenNewAsync(Document);
        _store.Fail(2, () => new LogUnavailableException("Reset.", fault: LogFault.Io));
        Assert.Equal(AppendOutcome.Durable, await _clock.RunAsync(_log.AppendAsync(1, Record(1))));
        _store.Fail(2, () => new LogUnavailableException("Reset.", fault: LogFault.Io));
        AssertSame([Record(1)], await _clock.RunAsync(_log.ReadAllAsync(Document)));
    }

    [Fact]
    public async Task A_log_that_stays_away_is_left_alone_and_says_for_how_long()
    {
        _store.Fail(int.MaxValue, () => new LogUnavailableException("The disk is full.", fault: LogFault.Full));
        // Three attempts of one append open the breaker; the failure that the caller gets says when to come back.
        var failure = await Assert.ThrowsAsync<LogUnavailableException>(() => _clock.RunAsync(_log.AppendAsync(1, Record(1))));
        Assert.Equal((LogFault.Full, "The disk is full."), (failure.Fault, failure.Message));
        Assert.InRange(failure.RetryAfter!.Value, TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(2));
        int calls = _store.Calls;
        Assert.Equal(3, calls);

        var refusal = await Assert.ThrowsAsync<LogUnavailableException>(() => _log.AppendAsync(1, Record(1)));
        Assert.Equal((LogFault.Full, calls), (refusal.Fault, _store.Calls));
        Assert.InRange(refusal.RetryAfter!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        Assert.Contains("The disk is full.", refusal.Message);

        // Reading is another pipeline, with a breaker of its own.
        Assert.Null(_reads.RefusesFor);
        _store.Fail(0);
        Assert.Null(await _log.DescribeAsync(Document, CancellationToken.None));

        // By itself it heals.
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(AppendOutcome.Invalid, await _log.AppendAsync(1, Record(1)));
        Assert.Null(_appends.RefusesFor);
    }

    [Fact]
    public async Task A_log_that_hangs_opens_the_breaker_too()
    {
        _store.Hang();
        for (int i = 0; i < 2; i++)
        {
            var failure = await Assert.ThrowsAsync<LogUnavailableException>(() => _clock.RunAsync(_log.AppendAsync(1, Record(1))));
            Assert.Equal(LogFault.Timeout, failure.Fault);
        }

        Assert.NotNull(_appends.RefusesFor);
    }

    [Theory]
    [InlineData(LogFault.Corrupt)]
    [InlineData(LogFault.Stopping)]
    public async Task One_damaged_document_is_no_reason_to_give_up_the_others(LogFault fault)
    {
        _store.Fail(int.MaxValue, () => new LogUnavailableException("Damaged.", fault: fault));
        for (int i = 1; i <= 20; i++)
        {
            Assert.Equal(fault, (await Assert.ThrowsAsync<LogUnavailableException>(() => _log.ReadAllAsync(Document))).Fault);
            Assert.Equal(i, _store.Calls);
        }

        Assert.Null(_reads.RefusesFor);
    }

    [Fact]
    public async Task Mistakes_of_the_caller_are_neither_repeated_nor_counted()
    {
        await _log.OpenNewAsync(Document);
        for (int i = 0; i < 20; i++)
        {
            await Assert.ThrowsAsync<FormatException>(async () => await _log.ListAsync("nonsense", 1, CancellationToken.None));
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await _log.WriteSnapshotAsync(
                Document, new LogSnapshot(new Revision(9), 0, default, default), 1, CancellationToken.None));
            Assert.Equal(AppendOutcome.Fenced, await _log.AppendAsync(9, Record(1)));
        }

        Assert.Equal((null, null), (_appends.RefusesFor, _reads.RefusesFor));
    }

    [Fact]
    public async Task An_append_that_timed_out_may_still_happen_and_is_there_once()
    {
        string folder = Directory.CreateTempSubdirectory("collab-log-").FullName;
        try
        {
            string path = Path.Combine(folder, "collab.db");
            using var sqlite = SqliteOperationLog.Open(new LogOptions { Path = path }, NullLogger<SqliteOperationLog>.Instance);
            using var appends = Pipelines.OfLog(PipelineName.LogAppend, TimeProvider.System, options =>
            {
                options.AttemptTimeout = TimeSpan.FromMilliseconds(100);
                options.Retries = 10;
                options.TotalTimeout = TimeSpan.FromMinutes(1);
                options.MinimumThroughput = 1000;
            });
            var held = new HeldLog(sqlite);
            var log = new ResilientOperationLog(held, appends, _reads);
            await sqlite.OpenNewAsync(Document);

            // The pipeline gives up what does not answer, and repeats it; what it has given up is done all the same, each time.
            var append = log.AppendAsync(1, Record(1), Record(2));
            await Eventually.IsTrue(() => held.Appends >= 3);
            held.LetGo();

            Assert.Equal(AppendOutcome.Durable, await append);
            AssertSame([Record(1), Record(2)], await sqlite.ReadAllAsync(Document));
            Assert.Equal(AppendOutcome.Durable, await log.AppendAsync(1, Record(3)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Does not begin to append until it is let go, whoever gives it up meanwhile.</summary>
    private sealed class HeldLog(IOperationLog log) : LogDecorator(log)
    {
        private readonly TaskCompletionSource _isLetGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _appends;

        public int Appends => Volatile.Read(ref _appends);

        public void LetGo() => _isLetGo.SetResult();

        public override async ValueTask<ImmutableArray<AppendOutcome>> AppendAsync(IReadOnlyList<LogAppend> appends, CancellationToken cancellation)
        {
            Interlocked.Increment(ref _appends);
            await _isLetGo.Task;
            return await base.AppendAsync(appends, CancellationToken.None);
        }
    }

    /// <summary>A memory log whose appends, reads and descriptions fail or hang as told.</summary>
    private sealed class SickLog() : LogDecorator(new MemoryOperationLog())
    {
        private int _failures;
        private bool _isHanging;
        private Func<Exception> _failure = () => new InvalidOperationException();

        public int Calls { get; private set; }

        public void Fail(int times, Func<Exception>? failure = null) => (_failures, _failure) = (times, failure ?? _failure);

        public void Hang() => _isHanging = true;

        public override async ValueTask<ImmutableArray<AppendOutcome>> AppendAsync(IReadOnlyList<LogAppend> appends, CancellationToken cancellation)
        {
            await CallAsync();
            return await base.AppendAsync(appends, cancellation);
        }

        public override async ValueTask<ImmutableArray<LogRecord>> ReadAsync(DocumentId id, Revision from, int limit, long bytesLimit, CancellationToken cancellation)
        {
            await CallAsync();
            return await base.ReadAsync(id, from, limit, bytesLimit, cancellation);
        }

        public override async ValueTask<DocumentDescription?> DescribeAsync(DocumentId id, CancellationToken cancellation)
        {
            await CallAsync();
            return await base.DescribeAsync(id, cancellation);
        }

        private Task CallAsync()
        {
            Calls++;
            if (_isHanging)
                return new TaskCompletionSource().Task;
            return _failures-- > 0 ? Task.FromException(_failure()) : Task.CompletedTask;
        }
    }
}
