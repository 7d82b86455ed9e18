using Collab.Contracts;
using Collab.Grains.Documents;
using Collab.Grains.Log;
using Collab.Operations;

namespace Collab.Tests.Documents;

public sealed class CommitQueueTests
{
    private readonly HeldWriter _writer = new();
    private readonly List<long[]> _durable = [];
    private readonly CommitQueue _commits;

    public CommitQueueTests() => _commits = new CommitQueue(
        _writer, TimeProvider.System, new DocumentId("d"), 1, Revision.Zero, DocumentKinds.Find("text")!.Initial,
        operations => _durable.Add([.. operations.Select(operation => operation.Revision.Value)]));

    [Fact]
    public async Task What_is_decided_during_a_flush_goes_with_the_next_one()
    {
        var first = Enqueue(1);
        var second = Enqueue(2);
        var third = Enqueue(3);
        Assert.Equal([1], Assert.Single(_writer.Appends).Records.Select(record => record.Revision.Value));
        _writer.Complete(AppendOutcome.Durable);
        Assert.True(await first);
        _writer.Complete(AppendOutcome.Durable);
        Assert.True(await second && await third);
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
        Assert.False(drained.IsCompleted);
        _writer.Complete(AppendOutcome.Durable);
        Assert.True(await drained);
        Assert.True(await _commits.Drained);
    }

    [Fact]
    public async Task A_failed_append_puts_everything_undurable_in_doubt_and_ends_the_queue()
    {
        var first = Enqueue(1);
        var second = Enqueue(2);
        _writer.Fail(new LogUnavailableException("gone"));
        Assert.False(await first);
        Assert.False(await second);
        Assert.True(_commits.HasFailed);
        Assert.False(_commits.IsFenced);
        Assert.False(await _commits.Drained);
        Assert.Empty(_durable);
        Assert.Throws<InvalidOperationException>(() => { _ = Enqueue(3); });
    }

    [Fact]
    public async Task A_fenced_append_says_that_another_writer_took_over()
    {
        var first = Enqueue(1);
        _writer.Complete(AppendOutcome.Fenced);
        Assert.False(await first);
        Assert.True(_commits.IsFenced);
    }

    [Fact]
    public async Task An_overloaded_writer_gets_the_same_append_again()
    {
        var first = Enqueue(1);
        _writer.Fail(new LogOverloadedException(2, 1));
        await Eventually.IsTrue(() => _writer.Appends.Count == 2);
        _writer.Complete(AppendOutcome.Durable);
        Assert.True(await first);
        Assert.Same(_writer.Appends[0], _writer.Appends[1]);
    }

    private Task<bool> Enqueue(long revision) => _commits.Enqueue(
        new LogRecord(new Revision(revision), new SessionId("s"), revision, 0, new byte[10]), DocumentKinds.Find("text")!.Initial);

    /// <summary>A writer whose appends the test completes.</summary>
    private sealed class HeldWriter : ILogWriter
    {
        private readonly Queue<TaskCompletionSource<AppendOutcome>> _held = new();

        public List<LogAppend> Appends { get; } = [];

        public TimeSpan? AwayFor { get; set; }

        public Task<AppendOutcome> AppendAsync(LogAppend append)
        {
            Appends.Add(append);
            var held = new TaskCompletionSource<AppendOutcome>();
            _held.Enqueue(held);
            return held.Task;
        }

        public void Complete(AppendOutcome outcome) => _held.Dequeue().SetResult(outcome);

        public void Fail(Exception failure) => _held.Dequeue().SetException(failure);
    }
}
