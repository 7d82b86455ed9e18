using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Collab.Contracts;
using Collab.Grains.Documents;
using Collab.Grains.Log;
using Collab.Operations;

namespace Collab.Tests.Documents;

public sealed class CommitQueueTests
{
    private readonly HandClock _clock = new();
    private readonly HeldWriter _writer = new();
    private readonly List<long[]> _durable = [];
    private readonly CommitQueue _commits;

    public CommitQueueTests() => _commits = new CommitQueue(
        _writer, _clock, new DocumentId("d"), 1, Revision.Zero, DocumentKinds.Find("text")!.Initial,
        operations => _durable.Add([.. operations.Select(operation => operation.Revision.Value)]), new Random(1));

    [Fact]
    public async Task What_is_decided_during_a_flush_goes_with_the_next_one()
    {
        var first = Enqueue(1);
        var second = Enqueue(2);
        var third = Enqueue(3);
        Assert.Equal([1], Assert.Single(_writer.Appends).Records.Select(record => record.Revision.Value));
        _writer.Complete(AppendOutcome.Durable);
        Assert.Equal(CommitOutcome.Durable, await first);
        await _writer.AskedAsync(2);
        _writer.Complete(AppendOutcome.Durable);
        Assert.Equal((CommitOutcome.Durable, CommitOutcome.Durable), (await second, await third));
        Assert.Equal<long[]>([[1], [2, 3]], _durable);
        Assert.Equal((new Revision(3), 0L, 0), (_commits.Durable, _commits.UncommittedBytes, _commits.UncommittedCount));
    }

    [Fact]
    public async Task Drained_waits_for_everything_enqueued_so_far()
    {
        _ = Enqueue(1);
        _ = Enqueue(2);
        var drained = _commits.Drained;
        _writer.Complete(AppendOutcome.Durable);
        await _writer.AskedAsync(2);
        Assert.False(drained.IsCompleted);
        _writer.Complete(AppendOutcome.Durable);
        Assert.Equal(CommitOutcome.Durable, await drained);
        Assert.Equal(CommitOutcome.Durable, await _commits.Drained);
    }

    [Fact]
    public async Task A_failed_append_is_a_pause_and_the_same_append_is_repeated_until_it_is_durable()
    {
        var first = Enqueue(1);
        var second = Enqueue(2);
        _writer.Fail(new LogUnavailableException("gone"));
        Assert.Equal((CommitOutcome.Stalled, CommitOutcome.Stalled), (await first, await second));
        Assert.Equal((true, false), (_commits.IsStalled, _commits.HasFailed));
        Assert.Equal(CommitOutcome.Stalled, await _commits.Drained);
        Assert.Equal(CommitOutcome.Stalled, await Enqueue(3));
        Assert.InRange(_commits.AwayFor!.Value, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1));
        Assert.Empty(_durable);

        await RepeatedAsync(2);
        _writer.Fail(new LogUnavailableException("still gone"));
        await RepeatedAsync(3);
        Assert.Same(_writer.Appends[0], _writer.Appends[1]);
        Assert.Same(_writer.Appends[0], _writer.Appends[2]);
        _writer.Complete(AppendOutcome.Durable);
        await _writer.AskedAsync(4);
        Assert.Equal((false, null), (_commits.IsStalled, _commits.AwayFor));
        var drained = _commits.Drained;
        _writer.Complete(AppendOutcome.Durable);
        Assert.Equal(CommitOutcome.Durable, await drained);
        Assert.Equal<long[]>([[1], [2, 3]], _durable);
    }

    [Fact]
    public async Task An_append_that_takes_too_long_is_told_and_still_counts_when_it_comes_through()
    {
        var first = Enqueue(1);
        _clock.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(first.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal(CommitOutcome.Stalled, await first);
        Assert.Single(_writer.Appends);
        _writer.Complete(AppendOutcome.Durable);
        await Eventually.IsTrue(() => _durable.Count == 1);
        Assert.False(_commits.IsStalled);
    }

    [Fact]
    public async Task Patience_is_that_of_each_append_to_the_millisecond()
    {
        var first = Enqueue(1);
        _clock.Advance(TimeSpan.FromMilliseconds(1000.4));
        _writer.Complete(AppendOutcome.Durable);
        await first;
        var second = Enqueue(2);
        _clock.Advance(TimeSpan.FromMilliseconds(1999));
        Assert.False(second.IsCompleted);
        Assert.Equal(CommitOutcome.Stalled, await _clock.RunAsync(second));
        _writer.Complete(AppendOutcome.Durable);
        await Eventually.IsTrue(() => _durable.Count == 2);
    }

    [Fact]
    public async Task Patience_ends_for_one_append_after_the_other()
    {
        for (int revision = 1; revision <= 3; revision++)
        {
            var waiting = Enqueue(revision);
            _clock.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal(CommitOutcome.Stalled, await waiting);
            _writer.Complete(AppendOutcome.Durable);
            await Eventually.IsTrue(() => _durable.Count == revision && !_commits.IsStalled);
            // With nothing under way it ends for nobody.
            _clock.Advance(TimeSpan.FromSeconds(5));
            Assert.False(_commits.IsStalled);
        }
    }

    [Fact]
    public async Task Who_waits_for_everything_is_told_when_what_came_during_a_stall_is_durable()
    {
        var first = Enqueue(1);
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(CommitOutcome.Stalled, await first);
        Assert.Equal(CommitOutcome.Stalled, await Enqueue(2));
        _writer.Complete(AppendOutcome.Durable);
        await _writer.AskedAsync(2);
        var drained = _commits.Drained;
        Assert.False(drained.IsCompleted);
        _writer.Complete(AppendOutcome.Durable);
        Assert.Equal(CommitOutcome.Durable, await drained);
    }

    // What each document holds of its last flush until the next one, the collector finds alive and copies, in thousands of documents.
    [Fact]
    public async Task Nothing_of_a_flush_is_held_when_it_is_over()
    {
        var writer = new ForgetfulWriter();
        var commits = new CommitQueue(writer, _clock, new DocumentId("d"), 1, Revision.Zero, DocumentKinds.Find("text")!.Initial, _ => { }, new Random(1));
        var told = Begin();
        await Eventually.IsTrue(() => writer.IsAsked);
        writer.Complete();
        await Eventually.IsTrue(() => commits.UncommittedCount == 0, "the flush is over");
        await Eventually.IsTrue(
            () =>
            {
                GC.Collect();
                return !told.IsAlive && !writer.Append.IsAlive && !writer.Outcome.IsAlive;
            },
            "what the flush was made of is let go");
        Assert.Equal(new Revision(1), commits.Durable);

        // In a method of its own, whose variables are gone when it has returned.
        [MethodImpl(MethodImplOptions.NoInlining)]
        WeakReference Begin() => new(Enqueue(1, commits));
    }

    // On a busy machine a turn runs long after what woke it. The queue once took this for a failure of its own, and everybody in the document waited for ever.
    [Fact]
    public async Task An_append_that_comes_through_between_the_end_of_patience_and_the_turn_is_durable()
    {
        var turns = new HeldTurns();
        var first = turns.Run(() => Enqueue(1));
        _clock.Advance(TimeSpan.FromSeconds(2));
        await Eventually.IsTrue(() => turns.AreWaiting, "the turn that heard of the end of patience waits to run");
        _writer.Complete(AppendOutcome.Durable);
        Assert.Empty(_durable);
        await Eventually.IsTrue(() => turns.RunWaiting(until: first), "the flush ended");
        Assert.Equal(CommitOutcome.Durable, await first);
        Assert.Equal((new Revision(1), 0, false, false), (_commits.Durable, _commits.UncommittedCount, _commits.IsStalled, _commits.HasFailed));
    }

    [Fact]
    public async Task A_defect_ends_the_queue_and_whoever_waits_hears_of_it()
    {
        var commits = new CommitQueue(
            _writer, _clock, new DocumentId("d"), 1, Revision.Zero, DocumentKinds.Find("text")!.Initial, _ => throw new InvalidOperationException("A defect."), new Random(1));
        var first = Enqueue(1, commits);
        var second = Enqueue(2, commits);
        _writer.Complete(AppendOutcome.Durable);
        Assert.Equal((CommitOutcome.InDoubt, CommitOutcome.InDoubt), (await first, await second));
        Assert.True(commits.HasFailed);
        Assert.IsType<InvalidOperationException>(commits.Defect);
        Assert.False(await commits.CloseAsync(TimeSpan.FromSeconds(5), CancellationToken.None));
    }

    [Fact]
    public async Task A_log_that_says_when_to_come_back_is_not_asked_before()
    {
        _ = Enqueue(1);
        _writer.Fail(new LogUnavailableException("open", retryAfter: TimeSpan.FromSeconds(20)));
        await Eventually.IsTrue(() => _commits.IsStalled);
        Assert.InRange(_commits.AwayFor!.Value, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(31));
        _clock.Advance(TimeSpan.FromSeconds(19));
        Assert.Single(_writer.Appends);
        await RepeatedAsync(2);
    }

    [Fact]
    public void A_writer_that_knows_of_trouble_is_believed_before_anything_is_tried()
    {
        Assert.Null(_commits.AwayFor);
        _writer.AwayFor = TimeSpan.FromSeconds(2);
        Assert.InRange(_commits.AwayFor!.Value, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task A_fenced_append_says_that_another_writer_took_over()
    {
        var first = Enqueue(1);
        _writer.Complete(AppendOutcome.Fenced);
        Assert.Equal(CommitOutcome.InDoubt, await first);
        Assert.Equal((true, true), (_commits.HasFailed, _commits.IsFenced));
        Assert.Throws<InvalidOperationException>(() => { _ = Enqueue(2); });
    }

    [Theory]
    [InlineData(LogFault.Stopping)]
    [InlineData(LogFault.Corrupt)]
    public async Task What_no_repetition_can_cure_ends_the_queue(LogFault fault)
    {
        var first = Enqueue(1);
        _writer.Fail(new LogUnavailableException("over", fault: fault));
        Assert.Equal(CommitOutcome.InDoubt, await first);
        Assert.Equal((true, false), (_commits.HasFailed, _commits.IsFenced));
        Assert.Equal(CommitOutcome.InDoubt, await _commits.Drained);
    }

    [Fact]
    public async Task Being_fenced_ends_a_stall_at_once()
    {
        _ = Enqueue(1);
        _writer.Fail(new LogUnavailableException("gone"));
        await Eventually.IsTrue(() => _commits.IsStalled);
        _commits.Fence();
        Assert.Equal(CommitOutcome.InDoubt, await _commits.Drained);
        Assert.False(await _commits.CloseAsync(TimeSpan.FromSeconds(5), CancellationToken.None));
        Assert.Single(_writer.Appends);
    }

    [Fact]
    public async Task Closing_waits_for_a_stalled_log_but_not_for_ever()
    {
        _ = Enqueue(1);
        _writer.Fail(new LogUnavailableException("gone"));
        await Eventually.IsTrue(() => _commits.IsStalled);
        var closed = _commits.CloseAsync(TimeSpan.FromSeconds(5), CancellationToken.None);
        await RepeatedAsync(2);
        _writer.Complete(AppendOutcome.Durable);
        Assert.True(await closed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Closing_gives_up_at_its_limit_or_when_it_is_cancelled(bool isCancelled)
    {
        var first = Enqueue(1);
        using var cancellation = new CancellationTokenSource();
        var closed = _commits.CloseAsync(TimeSpan.FromSeconds(5), cancellation.Token);
        if (isCancelled)
            await cancellation.CancelAsync();
        else
            _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.False(await closed);
        Assert.NotEqual(CommitOutcome.Durable, await first);
        Assert.True(_commits.HasFailed);

        // It comes through after all: the next activation sees that, this one says nothing any more.
        _writer.Complete(AppendOutcome.Durable);
        Assert.Empty(_durable);
    }

    [Fact]
    public async Task An_overloaded_writer_gets_the_same_append_again_and_is_a_stall_after_a_while()
    {
        var first = Enqueue(1);
        _writer.Fail(new LogOverloadedException(2, 1));
        await RepeatedAsync(2);
        Assert.False(first.IsCompleted);
        for (int asked = 2; !_commits.IsStalled; asked++)
        {
            _writer.Fail(new LogOverloadedException(2, 1));
            await RepeatedAsync(asked + 1);
        }

        Assert.Equal(CommitOutcome.Stalled, await first);
        _writer.Complete(AppendOutcome.Durable);
        await Eventually.IsTrue(() => _durable.Count == 1);
        Assert.All(_writer.Appends, append => Assert.Same(_writer.Appends[0], append));
    }

    private Task<CommitOutcome> Enqueue(long revision, CommitQueue? commits = null) => (commits ?? _commits).Enqueue(
        new LogRecord(new Revision(revision), new SessionId("s"), revision, 0, new byte[10]), DocumentKinds.Find("text")!.Initial);

    /// <summary>Moves the clock until the writer has been asked so often.</summary>
    private async Task RepeatedAsync(int times) => await _clock.RunAsync(_writer.AskedAsync(times));

    /// <summary>Holds one append until it is completed, and nothing of it afterwards.</summary>
    private sealed class ForgetfulWriter : ILogWriter
    {
        private TaskCompletionSource<AppendOutcome>? _held;

        public TimeSpan? AwayFor => null;

        public bool IsAsked => _held is not null;

        public WeakReference Append { get; private set; } = null!;

        public WeakReference Outcome { get; private set; } = null!;

        public Task<AppendOutcome> AppendAsync(LogAppend append)
        {
            var held = new TaskCompletionSource<AppendOutcome>();
            (Append, Outcome) = (new WeakReference(append), new WeakReference(held.Task));
            _held = held;
            return held.Task;
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Complete()
        {
            _held!.SetResult(AppendOutcome.Durable);
            _held = null;
        }
    }

    /// <summary>A grain's turns, which run when the test says so.</summary>
    private sealed class HeldTurns : SynchronizationContext
    {
        private readonly ConcurrentQueue<Action> _waiting = new();

        public bool AreWaiting => !_waiting.IsEmpty;

        public override void Post(SendOrPostCallback d, object? state) => _waiting.Enqueue(() => d(state));

        public T Run<T>(Func<T> turn)
        {
            var outer = Current;
            SetSynchronizationContext(this);
            try
            {
                return turn();
            }
            finally
            {
                SetSynchronizationContext(outer);
            }
        }

        /// <returns>Whether what was waited for has happened.</returns>
        public bool RunWaiting(Task until)
        {
            while (_waiting.TryDequeue(out var turn))
            {
                Run(() =>
                {
                    turn();
                    return true;
                });
            }

            return until.IsCompleted;
        }
    }
}
