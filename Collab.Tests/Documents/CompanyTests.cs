using Collab.Contracts;
using Collab.Grains.Documents;
using Collab.Grains.Log;
using Collab.Operations;

namespace Collab.Tests.Documents;

/// <summary>Whether a flush waits for operations to go with it.</summary>
public sealed class CompanyTests
{
    /// <summary>So many flushes follow each other, each of one operation, before a test's own.</summary>
    private const int Before = 16;

    private readonly HandClock _clock = new();
    private readonly HeldWriter _writer = new();
    private readonly CommitQueue _commits;

    public CompanyTests() => _commits = new CommitQueue(
        _writer, _clock, new DocumentId("d"), 1, Revision.Zero, DocumentKinds.Find("text")!.Initial, _ => { }, new Random(1), new CompanyClock(_clock));

    [Fact]
    public Task A_flush_waits_for_as_many_as_were_on_their_way_when_the_last_one_ended() => InTurns(async () =>
    {
        await FlushTwoInTurnAsync();
        // Two were on their way: the one that is durable now, whose author goes on, and the one that waits.
        Assert.Equal(1, Appended);
        _ = Enqueue(3);
        await AskedAsync(2);
        Assert.Equal([2, 3], Revisions(1));
    });

    [Fact]
    public Task Nobody_is_waited_for_where_flushes_follow_each_other_now_and_then() => InTurns(async () =>
    {
        for (int revision = 1; revision <= 100; revision += 2)
        {
            var (first, second) = (Enqueue(revision - Before), Enqueue(revision - Before + 1));
            _writer.Complete(AppendOutcome.Durable);
            await first;
            // Two were on their way, one of them is here.
            Assert.Equal(revision + 1, _writer.Appends.Count);
            _writer.Complete(AppendOutcome.Durable);
            await second;
            _clock.Advance(3 * CompanyClock.Tick);
        }
    });

    [Fact]
    public Task What_does_not_come_is_waited_for_some_milliseconds_and_then_less_and_less_often() => InTurns(async () =>
    {
        await FlushTwoInTurnAsync();
        await RingAsync(2);
        Assert.Equal([2], Revisions(1));
        // The second is not waited for, the third is again.
        _ = Enqueue(3);
        _ = Enqueue(4);
        _writer.Complete(AppendOutcome.Durable);
        await AskedAsync(3);
        Assert.Equal([3, 4], Revisions(2));
        _writer.Complete(AppendOutcome.Durable);
        _ = Enqueue(5);
        Assert.Equal(3, Appended);
        await RingAsync(4);
        Assert.Equal([5], Revisions(3));
    });

    [Fact]
    public Task Each_that_comes_gives_the_others_more_time() => InTurns(async () =>
    {
        await FlushBeforeAsync();
        _ = Enqueue(1);
        _ = Enqueue(2);
        _ = Enqueue(3);
        _writer.Complete(AppendOutcome.Durable);
        await Task.Yield();
        // Two of three are there. One more comes after the first ring and makes the company complete.
        _clock.Advance(CompanyClock.Tick);
        var last = Enqueue(4);
        await AskedAsync(2);
        Assert.Equal([2, 3, 4], Revisions(1));
        _writer.Complete(AppendOutcome.Durable);
        Assert.Equal(CommitOutcome.Durable, await last);
    });

    [Fact]
    public Task Nobody_is_waited_for_a_while_after_the_last_flush() => InTurns(async () =>
    {
        await FlushBeforeAsync();
        var first = Enqueue(1);
        _ = Enqueue(2);
        _writer.Complete(AppendOutcome.Durable);
        await first;
        _ = Enqueue(3);
        await AskedAsync(2);
        _writer.Complete(AppendOutcome.Durable);
        await Eventually.IsTrue(() => _commits.UncommittedCount == 0);
        _clock.Advance(3 * CompanyClock.Tick);
        _ = Enqueue(4);
        Assert.Equal([4], Revisions(2));
    });

    [Fact]
    public Task A_queue_that_ends_waits_for_nobody_and_flushes_nothing_more() => InTurns(async () =>
    {
        await FlushTwoInTurnAsync();
        var drained = _commits.Drained;
        _commits.Fence();
        Assert.Equal(CommitOutcome.InDoubt, await drained);
        Assert.False(await _commits.CloseAsync(TimeSpan.FromSeconds(30), default));
        Assert.Equal(1, Appended);
    });

    [Fact]
    public Task A_queue_that_is_closed_has_its_company_ended_by_the_clock() => InTurns(async () =>
    {
        await FlushTwoInTurnAsync();
        var closed = _commits.CloseAsync(TimeSpan.FromSeconds(30), default);
        await RingAsync(2);
        _writer.Complete(AppendOutcome.Durable);
        Assert.True(await closed);
    });

    /// <summary>As in a grain: one turn at a time.</summary>
    private static Task InTurns(Func<Task> test) => Task.Factory.StartNew(test, default, TaskCreationOptions.None, new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler).Unwrap();

    /// <summary>One is made durable while another waits.</summary>
    private async Task FlushTwoInTurnAsync()
    {
        await FlushBeforeAsync();
        var first = Enqueue(1);
        _ = Enqueue(2);
        _writer.Complete(AppendOutcome.Durable);
        Assert.Equal(CommitOutcome.Durable, await first);
        await Task.Yield();
    }

    /// <summary>What those send who go on as soon as they are answered: only such are waited for.</summary>
    private async Task FlushBeforeAsync()
    {
        for (int revision = 1; revision <= Before; revision++)
        {
            var flushed = Enqueue(revision - Before);
            _writer.Complete(AppendOutcome.Durable);
            await flushed;
        }
    }

    /// <summary>Moves the clock until there have been so many appends.</summary>
    private Task RingAsync(int appends) => Eventually.IsTrue(() =>
    {
        _clock.Advance(CompanyClock.Tick);
        return Appended >= appends;
    });

    private async Task AskedAsync(int appends) => await _writer.AskedAsync(Before + appends);

    private int Appended => _writer.Appends.Count - Before;

    private long[] Revisions(int append) => [.. _writer.Appends[Before + append].Records.Select(record => record.Revision.Value - Before)];

    /// <param name="revision">Counted from those before.</param>
    private Task<CommitOutcome> Enqueue(long revision) => _commits.Enqueue(
        new LogRecord(new Revision(Before + revision), new SessionId("s"), Before + revision, 0, new byte[10]), DocumentKinds.Find("text")!.Initial);
}
