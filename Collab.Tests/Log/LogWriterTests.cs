using System.Collections.Immutable;
using Collab.Contracts;
using Collab.Grains.Log;
using Collab.Resilience;
using Collab.Tests.Resilience;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using static Collab.Tests.Log.Samples;

namespace Collab.Tests.Log;

public sealed class LogWriterTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly GatedLog _log = new();
    private readonly ManualTime _time = new();
    private LogWriter? _writer;

    public async ValueTask DisposeAsync()
    {
        _log.OpenGate();
        if (_writer is not null)
            await _writer.DisposeAsync();
    }

    [Fact]
    public async Task What_queues_while_a_commit_runs_goes_with_the_next_one()
    {
        var writer = Start(new LogOptions());
        var documents = await OpenDocumentsAsync(20);
        var first = writer.AppendAsync(For(documents[0], 1));
        await _log.EnteredAsync();

        var rest = documents.Skip(1).Select(document => writer.AppendAsync(For(document, 1))).ToList();
        _log.OpenGate();

        Assert.All(await Task.WhenAll([first, .. rest]).WaitAsync(Patience), outcome => Assert.Equal(AppendOutcome.Durable, outcome));
        Assert.Equal([1, 19], _log.BatchSizes);
    }

    [Fact]
    public async Task Appends_of_one_document_keep_their_order_within_and_across_batches()
    {
        var writer = Start(new LogOptions { FlushOperationsLimit = 7 });
        await OpenDocumentsAsync(1);
        var appends = Enumerable.Range(1, 50).Select(revision => writer.AppendAsync(For(new DocumentId("d0"), revision))).ToList();
        _log.OpenGate();

        Assert.All(await Task.WhenAll(appends).WaitAsync(Patience), outcome => Assert.Equal(AppendOutcome.Durable, outcome));
        AssertSame(Enumerable.Range(1, 50).Select(revision => Record(revision)), await _log.ReadAllAsync(new DocumentId("d0")));
    }

    [Fact]
    public async Task A_batch_stays_within_its_operations_and_bytes()
    {
        var writer = Start(new LogOptions { FlushOperationsLimit = 10, FlushBytesLimit = 4096 });
        var documents = await OpenDocumentsAsync(60);
        var first = writer.AppendAsync(For(documents[0], 1));
        await _log.EnteredAsync();
        var small = documents[1..31].Select(document => writer.AppendAsync(For(document, 1))).ToList();
        var large = documents[31..35].Select(document => writer.AppendAsync(For(document, 1, size: 1500))).ToList();
        var huge = documents[35..37].Select(document => writer.AppendAsync(For(document, 1, size: 10_000))).ToList();
        _log.OpenGate();

        await Task.WhenAll([first, .. small, .. large, .. huge]).WaitAsync(Patience);
        Assert.Equal([1, 10, 10, 10, 2, 2, 1, 1], _log.BatchSizes);
    }

    [Fact]
    public async Task A_refused_append_does_not_take_its_batch_down()
    {
        var writer = Start(new LogOptions());
        var documents = await OpenDocumentsAsync(4);
        var first = writer.AppendAsync(For(documents[0], 1));
        await _log.EnteredAsync();
        var stale = writer.AppendAsync(For(documents[1], 1) with { Epoch = 9 });
        var unknown = writer.AppendAsync(For(new DocumentId("nobody"), 1));
        var good = writer.AppendAsync(For(documents[2], 1));
        _log.OpenGate();

        Assert.Equal(AppendOutcome.Durable, await first.WaitAsync(Patience));
        Assert.Equal(AppendOutcome.Fenced, await stale.WaitAsync(Patience));
        Assert.Equal(AppendOutcome.Invalid, await unknown.WaitAsync(Patience));
        Assert.Equal(AppendOutcome.Durable, await good.WaitAsync(Patience));
    }

    [Fact]
    public async Task A_failed_commit_fails_every_append_in_it_and_none_after()
    {
        var writer = Start(new LogOptions());
        var documents = await OpenDocumentsAsync(4);
        var first = writer.AppendAsync(For(documents[0], 1));
        await _log.EnteredAsync();
        _log.FailNext(new LogUnavailableException("The disk is gone.", fault: LogFault.Io));
        var second = writer.AppendAsync(For(documents[1], 1));
        _log.OpenGate();

        // The failure was set while the first commit waited at the gate, so it is the first that meets it.
        Assert.Equal("The disk is gone.", (await Assert.ThrowsAsync<LogUnavailableException>(() => first.WaitAsync(Patience))).Message);
        Assert.Equal(AppendOutcome.Durable, await second.WaitAsync(Patience));
        Assert.Equal(AppendOutcome.Durable, await writer.AppendAsync(For(documents[2], 1)).WaitAsync(Patience));
        Assert.Equal(0, writer.BytesQueued);
    }

    [Fact]
    public async Task An_append_that_the_store_can_not_take_does_not_take_its_batch_down()
    {
        var writer = Start(new LogOptions());
        var documents = await OpenDocumentsAsync(4);
        _log.Poison = documents[2];
        var first = writer.AppendAsync(For(documents[0], 1));
        await _log.EnteredAsync();
        var before = writer.AppendAsync(For(documents[1], 1));
        var poison = writer.AppendAsync(For(documents[2], 1));
        var after = writer.AppendAsync(For(documents[3], 1));
        _log.OpenGate();

        Assert.Equal(AppendOutcome.Durable, await first.WaitAsync(Patience));
        Assert.Equal(AppendOutcome.Durable, await before.WaitAsync(Patience));
        Assert.Equal(AppendOutcome.Invalid, await poison.WaitAsync(Patience));
        Assert.Equal(AppendOutcome.Durable, await after.WaitAsync(Patience));
        Assert.Equal([1, 3, 1, 1, 1], _log.BatchSizes);
        Assert.Equal(0, writer.BytesQueued);
    }

    [Fact]
    public async Task A_damaged_document_fails_alone()
    {
        var writer = Start(new LogOptions());
        var documents = await OpenDocumentsAsync(3);
        (_log.Poison, _log.PoisonIsDamage) = (documents[1], true);
        var first = writer.AppendAsync(For(documents[0], 1));
        await _log.EnteredAsync();
        var damaged = writer.AppendAsync(For(documents[1], 1));
        var good = writer.AppendAsync(For(documents[2], 1));
        _log.OpenGate();

        Assert.Equal(AppendOutcome.Durable, await first.WaitAsync(Patience));
        Assert.Equal(AppendOutcome.Durable, await good.WaitAsync(Patience));
        Assert.Equal(LogFault.Corrupt, (await Assert.ThrowsAsync<LogUnavailableException>(() => damaged.WaitAsync(Patience))).Fault);
    }

    [Fact]
    public async Task While_the_breaker_is_open_the_writer_says_for_how_long()
    {
        using var pipeline = Pipelines.OfLog(PipelineName.LogAppend, new HandClock());
        await using var writer = new LogWriter(
            new ResilientOperationLog(_log, pipeline, pipeline), Options.Create(new LogOptions()), TimeProvider.System, NullLogger<LogWriter>.Instance, pipeline);
        Assert.Null(writer.AwayFor);
        for (int i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<LogUnavailableException>(
                async () => await pipeline.OnceAsync<int, int>((_, _) => throw new LogUnavailableException("Away."), 0, CancellationToken.None));
        }

        Assert.Equal(TimeSpan.FromSeconds(2), writer.AwayFor);
    }

    [Fact]
    public async Task A_full_queue_refuses_and_takes_again_when_it_has_emptied()
    {
        var writer = Start(new LogOptions { QueueBytesLimit = 64 << 10 });
        var documents = await OpenDocumentsAsync(3);
        // Larger than the limit by itself: passes, as nothing else waits.
        var large = writer.AppendAsync(For(documents[0], 1, size: 70_000));
        await _log.EnteredAsync();

        var refusal = await Assert.ThrowsAsync<LogOverloadedException>(() => writer.AppendAsync(For(documents[1], 1)));
        Assert.Contains("over its limit of 65536 (Collab:Log:QueueBytesLimit)", refusal.Message);

        _log.OpenGate();
        Assert.Equal(AppendOutcome.Durable, await large.WaitAsync(Patience));
        Assert.Equal(0, writer.BytesQueued);
        Assert.Equal(AppendOutcome.Durable, await writer.AppendAsync(For(documents[1], 1)).WaitAsync(Patience));
    }

    [Fact]
    public async Task Stopping_commits_what_has_queued_and_refuses_what_comes_after()
    {
        var writer = Start(new LogOptions { FlushInterval = TimeSpan.FromSeconds(1) });
        var documents = await OpenDocumentsAsync(11);
        var appends = documents[..10].Select(document => writer.AppendAsync(For(document, 1))).ToList();

        var stopped = writer.StopAsync();
        var late = await Assert.ThrowsAsync<LogUnavailableException>(() => writer.AppendAsync(For(documents[10], 1)));
        _log.OpenGate();

        await stopped.WaitAsync(Patience);
        Assert.Equal(LogFault.Stopping, late.Fault);
        Assert.All(appends, append => Assert.Equal(AppendOutcome.Durable, append.Result));
    }

    [Fact]
    public async Task With_a_flush_interval_a_batch_waits_for_company_until_it_is_full()
    {
        // Nobody moves the clock: only the full batch can end the waiting.
        var writer = Start(new LogOptions { FlushInterval = TimeSpan.FromSeconds(1), FlushOperationsLimit = 5 });
        var documents = await OpenDocumentsAsync(5);
        _log.OpenGate();
        await Task.WhenAll(documents.Select(document => writer.AppendAsync(For(document, 1)))).WaitAsync(Patience);
        Assert.Equal([5], _log.BatchSizes);
    }

    [Fact]
    public async Task With_a_flush_interval_a_batch_that_never_fills_goes_when_it_is_over()
    {
        var writer = Start(new LogOptions { FlushInterval = TimeSpan.FromSeconds(1), FlushOperationsLimit = 5 });
        var documents = await OpenDocumentsAsync(3);
        _log.OpenGate();
        var appends = Task.WhenAll(documents.Select(document => writer.AppendAsync(For(document, 1))));
        await _time.ElapseAsync();
        await appends.WaitAsync(Patience);
        Assert.Equal([3], _log.BatchSizes);
    }

    [Fact]
    public async Task A_callers_continuation_does_not_run_inside_the_writer()
    {
        var writer = Start(new LogOptions());
        var documents = await OpenDocumentsAsync(2);
        _log.OpenGate();

        // This continuation blocks until a second append is durable: inside the writer's loop it would wait for itself.
        var second = writer.AppendAsync(For(documents[0], 1)).ContinueWith(
            _ => writer.AppendAsync(For(documents[1], 1)).WaitAsync(Patience).GetAwaiter().GetResult(),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        Assert.Equal(AppendOutcome.Durable, await second.WaitAsync(Patience));
    }

    [Fact]
    public async Task Who_appends_alone_hands_the_batch_to_the_store_himself_and_who_had_company_leaves_it_to_the_pool()
    {
        var writer = Start(new LogOptions());
        var documents = await OpenDocumentsAsync(3);
        _log.OpenGate();
        Assert.Same(Thread.CurrentThread, HandedInBy(documents[0], 1));
        await OnThreadAsync(() => Assert.Same(Thread.CurrentThread, HandedInBy(documents[0], 2)));

        _log.CloseGate();
        var first = writer.AppendAsync(For(documents[0], 3));
        var together = documents.Skip(1).Select(document => writer.AppendAsync(For(document, 1))).ToList();
        _log.OpenGate();
        await Task.WhenAll([first, .. together]).WaitAsync(Patience);
        // The last batch had two: the next waits behind what the pool has to do. It has one, and the one after goes at once again.
        await OnThreadAsync(() => Assert.NotSame(Thread.CurrentThread, HandedInBy(documents[0], 4)));
        await OnThreadAsync(() => Assert.Same(Thread.CurrentThread, HandedInBy(documents[0], 5)));
        Assert.Equal([1, 1, 1, 2, 1, 1], _log.BatchSizes);

        Thread? HandedInBy(DocumentId document, long revision)
        {
            Assert.Equal(AppendOutcome.Durable, writer.AppendAsync(For(document, revision)).WaitAsync(Patience).GetAwaiter().GetResult());
            return _log.HandedInBy;
        }

        // On none of the pool's.
        static Task OnThreadAsync(Action act) => Task.Factory.StartNew(act, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private static LogAppend For(DocumentId document, long revision, int size = 40) => Append(1, Record(revision, size: size)) with { Document = document };

    private LogWriter Start(LogOptions options) => _writer = new LogWriter(_log, Options.Create(options), _time, NullLogger<LogWriter>.Instance);

    private async Task<DocumentId[]> OpenDocumentsAsync(int count)
    {
        var documents = Enumerable.Range(0, count).Select(i => new DocumentId($"d{i}")).ToArray();
        foreach (var document in documents)
            await _log.OpenNewAsync(document);
        return documents;
    }

    /// <summary>A clock that stands still until it is told that what somebody waits for is over.</summary>
    private sealed class ManualTime : TimeProvider
    {
        private readonly TaskCompletionSource<Action> _timer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task ElapseAsync() => (await _timer.Task.WaitAsync(Patience))();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _timer.TrySetResult(() => callback(state));
            return new Stopped();
        }

        private sealed class Stopped : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }

    /// <summary>A memory log whose appends wait at a gate, fail on request, and are counted.</summary>
    private sealed class GatedLog() : LogDecorator(new MemoryOperationLog())
    {
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly List<int> _batchSizes = [];
        private TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Exception? _failure;

        public IEnumerable<int> BatchSizes => _batchSizes;

        /// <summary>A document whose appends the store can't take.</summary>
        public DocumentId? Poison { get; set; }

        public bool PoisonIsDamage { get; set; }

        /// <summary>The thread that brought the newest batch.</summary>
        public Thread? HandedInBy { get; private set; }

        public void OpenGate() => _gate.TrySetResult();

        public void CloseGate() => _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void FailNext(Exception failure) => Volatile.Write(ref _failure, failure);

        public async Task EnteredAsync() => await _entered.Task.WaitAsync(Patience);

        public override async ValueTask<ImmutableArray<AppendOutcome>> AppendAsync(IReadOnlyList<LogAppend> appends, CancellationToken cancellation)
        {
            _batchSizes.Add(appends.Count);
            HandedInBy = Thread.CurrentThread;
            _entered.TrySetResult();
            await _gate.Task;
            if (appends.Any(append => append.Document == Poison))
                throw PoisonIsDamage ? new LogUnavailableException("Damaged.", fault: LogFault.Corrupt) : new NotSupportedException("Poison.");
            return Interlocked.Exchange(ref _failure, null) is { } failure ? throw failure : await base.AppendAsync(appends, cancellation);
        }
    }
}
