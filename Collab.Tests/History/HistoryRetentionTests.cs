using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Grains.Documents;
using Collab.Grains.Log;
using Collab.Tests.Log;

namespace Collab.Tests.History;

/// <summary>What is given up, when, and what never is.</summary>
[Collection("damaged snapshots are counted")]
public sealed class HistoryRetentionTests
{
    private readonly MemoryOperationLog _memory = new();

    [Fact]
    public async Task Without_retention_everything_stays()
    {
        await (await Scribe.OpenAsync(_memory, new DocumentOptions { SnapshotOperations = 100 })).WriteAsync(2_000);
        Assert.Equal((0L, 2_000), ((await DescribeAsync()).Start.Value, (await _memory.ReadAllAsync(Samples.Document)).Count));
    }

    [Fact]
    public async Task What_lies_far_enough_behind_the_head_is_given_up_at_a_snapshot_near_the_wish()
    {
        var options = new DocumentOptions { SnapshotOperations = 100, RetainOperations = 1_000 };
        var log = new Trims(_memory);
        var scribe = await Scribe.OpenAsync(log, options);
        double counted = LogMetrics.TrimmedOperations.WithLabels("memory").Value;
        await scribe.WriteAsync(5_000);

        // A quarter of what is retained, at most, lies between where the cut was wished and where it is.
        await Eventually.IsTrue(() => scribe.History.Start.Value is >= 3_500 and <= 4_000);
        await Eventually.IsTrue(() => log.IsDone);
        Assert.Equal((await DescribeAsync()).Start, scribe.History.Start);
        Assert.True(LogMetrics.TrimmedOperations.WithLabels("memory").Value - counted >= scribe.History.Start.Value);
        Assert.Equal(scribe.Content.Hash(), (await Scribe.OpenAsync(_memory, options)).Content.Hash());
    }

    [Fact]
    public async Task What_is_younger_than_asked_stays_however_much_it_is()
    {
        var clock = new SetClock();
        var options = new DocumentOptions { SnapshotOperations = 100, RetainOperations = 500, RetainFor = TimeSpan.FromDays(30) };
        var scribe = await Scribe.OpenAsync(_memory, options, clock);
        await scribe.WriteAsync(3_000);
        clock.Now += TimeSpan.FromDays(29);
        await scribe.WriteAsync(1_000);
        Assert.Equal(Revision.Zero, (await DescribeAsync()).Start);

        clock.Now += TimeSpan.FromDays(2);
        await scribe.WriteAsync(100);
        await Eventually.IsTrue(async () => (await DescribeAsync()).Start.Value is >= 2_500 and <= 3_000);
    }

    [Fact]
    public async Task A_snapshot_that_is_damaged_does_not_become_the_start()
    {
        var options = new DocumentOptions { SnapshotOperations = 100, SnapshotMilestoneOperations = 100 };
        await (await Scribe.OpenAsync(_memory, options)).WriteAsync(1_000);
        var log = new DamagedSnapshots(_memory, revision => revision.Value is > 500 and < 1_000);

        var scribe = await Scribe.OpenAsync(log, new DocumentOptions { SnapshotOperations = 100, RetainOperations = 200 });

        await Eventually.IsTrue(() => scribe.History.Start.Value > 0);
        Assert.Equal(500, (await DescribeAsync()).Start.Value);
    }

    [Fact]
    public async Task The_newest_snapshot_never_becomes_the_start()
    {
        var scribe = await Scribe.OpenAsync(_memory, new DocumentOptions { SnapshotOperations = 100, RetainOperations = 1 });
        await scribe.WriteAsync(1_050);
        await Eventually.IsTrue(() => scribe.History.Start.Value == 900);
        Assert.Equal([900L, 1_000L], (await _memory.ListSnapshotsAsync(Samples.Document, CancellationToken.None)).Select(kept => kept.Revision.Value));
    }

    [Fact]
    public async Task It_goes_in_pieces_and_the_next_life_finishes_what_a_crash_left_over()
    {
        var retaining = new DocumentOptions { SnapshotOperations = 100, RetainOperations = 500 };
        await (await Scribe.OpenAsync(_memory, new DocumentOptions { SnapshotOperations = 100, SnapshotMilestoneOperations = 100 })).WriteAsync(6_000);
        var dying = new Trims(_memory) { DiesAfter = 2 };
        await Scribe.OpenAsync(dying, retaining);
        await Eventually.IsTrue(() => dying.IsDead);
        Assert.Equal((5_500L, false), ((await DescribeAsync()).Start.Value, dying.IsDone));

        // Of 5,500 operations in pieces of 1,000, four pieces are left.
        var next = new Trims(_memory);
        await Scribe.OpenAsync(next, retaining);
        await Eventually.IsTrue(() => next.IsDone);
        Assert.Equal(4, next.Pieces);
    }

    private async Task<DocumentDescription> DescribeAsync() => (await _memory.DescribeAsync(Samples.Document, CancellationToken.None))!;

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = Samples.Time;

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed class DamagedSnapshots(IOperationLog log, Func<Revision, bool> isDamaged) : LogDecorator(log)
    {
        public override async ValueTask<LogSnapshot?> ReadSnapshotAsync(DocumentId id, Revision atOrBefore, CancellationToken cancellation) =>
            await base.ReadSnapshotAsync(id, atOrBefore, cancellation) is { } snapshot && isDamaged(snapshot.Revision)
                ? snapshot with { Damage = "the test says so" }
                : await base.ReadSnapshotAsync(id, atOrBefore, cancellation);
    }

    private sealed class Trims(IOperationLog log) : LogDecorator(log)
    {
        public int Pieces { get; private set; }

        public bool IsDone { get; private set; }

        public int DiesAfter { get; init; } = int.MaxValue;

        public bool IsDead { get; private set; }

        public override async ValueTask<bool> TrimAsync(DocumentId id, Revision to, int limit, CancellationToken cancellation)
        {
            IsDead = Pieces == DiesAfter;
            if (IsDead)
                throw new LogUnavailableException("The process died here.");
            bool remains = await base.TrimAsync(id, to, limit, cancellation);
            Pieces++;
            IsDone = !remains;
            return remains;
        }
    }
}
