using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Grains.Log;
using static Collab.Tests.Log.Samples;

namespace Collab.Tests.Log;

/// <summary>What every operation log keeps; each implementation runs all of it.</summary>
public abstract class OperationLogTests
{
    protected abstract IOperationLog Log { get; }

    [Fact]
    public async Task A_new_document_is_at_revision_and_epoch_0()
    {
        var (document, isNew) = await Log.CreateAsync(Document, new NewDocument("richtext", ConflictPolicy.Strict, "Ein Tïtel 🦀"), Time, null, default);

        Assert.True(isNew);
        Assert.Equal(new DocumentDescription(Document, "richtext", ConflictPolicy.Strict, "Ein Tïtel 🦀", Time, Time, Revision.Zero, 0), document);
        Assert.Equal(document, await Log.DescribeAsync(Document, default));
        Assert.Empty(await Log.ReadAllAsync(Document));
    }

    [Fact]
    public async Task Creating_again_finds_the_first_one_unchanged()
    {
        var (first, _) = await Log.CreateAsync(Document, Text, Time, null, default);
        var (second, isNew) = await Log.CreateAsync(Document, new NewDocument("richtext", ConflictPolicy.Strict, "Other"), Time.AddDays(1), null, default);

        Assert.False(isNew);
        Assert.Equal(first, second);
    }

    [Fact]
    public async Task What_does_not_exist_is_null_or_empty_and_takes_nothing()
    {
        var nobody = new DocumentId("nobody");
        Assert.Null(await Log.OpenAsync(nobody, default));
        Assert.Null(await Log.DescribeAsync(nobody, default));
        Assert.Empty(await Log.ReadAllAsync(nobody));
        Assert.Null(await Log.FindAsync(nobody, new SessionId("s1"), null, default));
        Assert.Null(await Log.ReadSnapshotAsync(nobody, new Revision(long.MaxValue), default));
        Assert.Equal([AppendOutcome.Invalid], await Log.AppendAsync(Append(1, Record(1)) with { Document = nobody }));
    }

    [Fact]
    public async Task Names_are_told_apart_by_case()
    {
        await Log.OpenNewAsync(new DocumentId("A"));
        Assert.Null(await Log.DescribeAsync(new DocumentId("a"), default));

        await Log.OpenNewAsync(Document);
        await Log.AppendAsync(1, Record(1, session: "S", sequence: 1), Record(2, session: "s", sequence: 1));
        Assert.Equal(2, (await Log.FindAsync(Document, new SessionId("s"), 1, default))!.Revision.Value);
    }

    [Fact]
    public async Task Each_opening_takes_the_next_epoch()
    {
        await Log.CreateAsync(Document, Text, Time, null, default);
        Assert.Equal(1, (await Log.OpenAsync(Document, default))!.Epoch);
        Assert.Equal(2, (await Log.OpenAsync(Document, default))!.Epoch);
        Assert.Equal(2, (await Log.DescribeAsync(Document, default))!.Epoch);
    }

    [Fact]
    public async Task What_was_appended_is_read_back_byte_for_byte()
    {
        await Log.OpenNewAsync(Document);
        LogRecord[] records = [Record(1), Record(2, size: 0), Record(3, size: 5000), Record(4, session: "api-x", sequence: 7)];

        Assert.Equal(AppendOutcome.Durable, await Log.AppendAsync(1, records[..3]));
        Assert.Equal(AppendOutcome.Durable, await Log.AppendAsync(1, records[3]));

        AssertSame(records, await Log.ReadAllAsync(Document));
        var description = await Log.DescribeAsync(Document, default);
        Assert.Equal(4, description!.Revision.Value);
        Assert.Equal(Time.AddSeconds(4), description.ModifiedAt);
        Assert.Equal(Time, description.CreatedAt);
    }

    [Fact]
    public async Task A_writer_that_was_opened_over_is_fenced()
    {
        await Log.OpenNewAsync(Document, epoch: 2);
        Assert.Equal(AppendOutcome.Durable, await Log.AppendAsync(2, Record(1)));

        Assert.Equal(AppendOutcome.Fenced, await Log.AppendAsync(1, Record(2)));
        Assert.Equal(AppendOutcome.Fenced, await Log.AppendAsync(3, Record(2)));

        AssertSame([Record(1)], await Log.ReadAllAsync(Document));
        Assert.Equal(AppendOutcome.Durable, await Log.AppendAsync(2, Record(2)));
    }

    [Fact]
    public async Task Another_operation_at_a_taken_revision_is_fenced()
    {
        await Log.OpenNewAsync(Document);
        await Log.AppendAsync(1, Record(1), Record(2));

        Assert.Equal(AppendOutcome.Fenced, await Log.AppendAsync(1, Record(2, session: "s2")));
        Assert.Equal(AppendOutcome.Fenced, await Log.AppendAsync(1, Record(2, size: 41)));
        AssertSame([Record(1), Record(2)], await Log.ReadAllAsync(Document));
    }

    [Fact]
    public async Task A_gap_is_fenced()
    {
        await Log.OpenNewAsync(Document);
        Assert.Equal(AppendOutcome.Fenced, await Log.AppendAsync(1, Record(2)));
        Assert.Empty(await Log.ReadAllAsync(Document));
    }

    [Fact]
    public async Task Repeating_an_append_is_durable_and_changes_nothing_even_for_a_writer_that_was_fenced_since()
    {
        await Log.OpenNewAsync(Document);
        Assert.Equal(AppendOutcome.Durable, await Log.AppendAsync(1, Record(1), Record(2)));
        Assert.Equal(AppendOutcome.Durable, await Log.AppendAsync(1, Record(1), Record(2)));

        await Log.OpenAsync(Document, default);
        Assert.Equal(AppendOutcome.Durable, await Log.AppendAsync(2, Record(3)));
        Assert.Equal(AppendOutcome.Durable, await Log.AppendAsync(1, Record(1), Record(2)));

        AssertSame([Record(1), Record(2), Record(3)], await Log.ReadAllAsync(Document));
        Assert.Equal(Time.AddSeconds(3), (await Log.DescribeAsync(Document, default))!.ModifiedAt);
    }

    [Fact]
    public async Task An_append_that_overlaps_what_is_there_adds_the_rest()
    {
        await Log.OpenNewAsync(Document);
        await Log.AppendAsync(1, Record(1), Record(2));
        Assert.Equal(AppendOutcome.Durable, await Log.AppendAsync(1, Record(2), Record(3)));
        AssertSame([Record(1), Record(2), Record(3)], await Log.ReadAllAsync(Document));
    }

    [Fact]
    public async Task A_sequence_is_stored_once_and_the_element_that_repeats_it_leaves_no_trace()
    {
        await Log.OpenNewAsync(Document);
        await Log.AppendAsync(1, Record(1, sequence: 5));

        Assert.Equal(AppendOutcome.Invalid, await Log.AppendAsync(1, Record(2, sequence: 6), Record(3, sequence: 5)));
        Assert.Equal(AppendOutcome.Invalid, await Log.AppendAsync(1, Record(2, sequence: 8), Record(3, sequence: 8)));

        AssertSame([Record(1, sequence: 5)], await Log.ReadAllAsync(Document));
        Assert.Equal(1, (await Log.DescribeAsync(Document, default))!.Revision.Value);
        Assert.Equal(AppendOutcome.Durable, await Log.AppendAsync(1, Record(2, sequence: 6)));
    }

    [Fact]
    public async Task Records_out_of_order_are_invalid()
    {
        await Log.OpenNewAsync(Document);
        Assert.Equal(AppendOutcome.Invalid, await Log.AppendAsync(1, Record(1), Record(3)));
        Assert.Equal(AppendOutcome.Invalid, await Log.AppendAsync(1, Record(0), Record(1)));
        Assert.Equal([AppendOutcome.Invalid], await Log.AppendAsync(new LogAppend(Document, 1, [], Time)));
        Assert.Empty(await Log.ReadAllAsync(Document));
    }

    [Fact]
    public async Task Elements_of_one_call_are_judged_alone_and_in_order()
    {
        var other = new DocumentId("d2");
        await Log.OpenNewAsync(Document);
        await Log.OpenNewAsync(other);
        LogAppend[] appends =
        [
            Append(1, Record(1)),
            Append(9, Record(1)) with { Document = other },
            Append(1, Record(2), Record(3)),
            Append(1, Record(4, sequence: 1)),
            Append(1, Record(1)) with { Document = other },
            Append(1, Record(5)),
            Append(1, Record(4)),
        ];

        Assert.Equal(
            [AppendOutcome.Durable, AppendOutcome.Fenced, AppendOutcome.Durable, AppendOutcome.Invalid, AppendOutcome.Durable, AppendOutcome.Fenced, AppendOutcome.Durable],
            await Log.AppendAsync(appends));
        AssertSame([Record(1), Record(2), Record(3), Record(4)], await Log.ReadAllAsync(Document));
        AssertSame([Record(1)], await Log.ReadAllAsync(other));
    }

    [Fact]
    public async Task Reading_starts_after_a_revision_and_stops_at_each_limit()
    {
        await Log.OpenNewAsync(Document);
        await Log.AppendAsync(1, [.. Enumerable.Range(1, 10).Select(revision => Record(revision, size: 100))]);

        Assert.Equal([4, 5, 6], await Revisions(from: 3, limit: 3, bytes: long.MaxValue));
        Assert.Equal([9, 10], await Revisions(from: 8, limit: 100, bytes: long.MaxValue));
        Assert.Equal([1, 2, 3], await Revisions(from: 0, limit: 100, bytes: 250));
        Assert.Equal([7], await Revisions(from: 6, limit: 100, bytes: 1));
        Assert.Empty(await Revisions(from: 10, limit: 100, bytes: 250));
        Assert.Empty(await Revisions(from: 999, limit: 100, bytes: 250));

        async Task<List<long>> Revisions(long from, int limit, long bytes) =>
            [.. (await Log.ReadAsync(Document, new Revision(from), limit, bytes, default)).Select(record => record.Revision.Value)];
    }

    [Fact]
    public async Task A_sessions_operations_are_found_by_sequence_and_by_being_newest()
    {
        await Log.OpenNewAsync(Document);
        await Log.AppendAsync(
            1, Record(1, "ann", 1), Record(2, "bob", 10), Record(3, "ann", 2), Record(4, "ann", 9), Record(5, "bob", 11));

        Assert.Equal(3, await Found("ann", 2));
        Assert.Equal(4, await Found("ann", null));
        Assert.Equal(5, await Found("bob", null));
        Assert.Null(await Found("ann", 3));
        Assert.Null(await Found("cid", null));
        Assert.Equal(
            new AppliedSequence(new SessionId("bob"), 11, new Revision(5), Record(5).SubmittedHash), await Log.FindAsync(Document, new SessionId("bob"), 11, default));

        async Task<long?> Found(string session, long? sequence) =>
            (await Log.FindAsync(Document, new SessionId(session), sequence, default))?.Revision.Value;
    }

    [Fact]
    public async Task The_newest_snapshot_the_one_before_and_the_first_of_each_milestone_are_kept()
    {
        await Log.OpenNewAsync(Document);
        await Log.AppendAsync(1, [.. Enumerable.Range(1, 60).Select(revision => Record(revision))]);
        Assert.Null(await Log.ReadSnapshotAsync(Document, new Revision(60), default));
        Assert.Empty(await Log.ListSnapshotsAsync(Document, default));

        foreach (var revision in (long[])[10, 20, 30, 40, 50, 60])
            await Log.WriteSnapshotAsync(Document, Snapshot(revision), milestoneOperations: 30, default);

        // 10 opens the block 0–29, 30 the next, 60 the one after; 50 and 60 are the newest.
        var kept = await Log.ListSnapshotsAsync(Document, default);
        Assert.Equal([10, 30, 50, 60], kept.Select(snapshot => snapshot.Revision.Value));
        Assert.Equal(new SnapshotEntry(new Revision(10), Time.AddSeconds(10), 2), kept[0]);
        var newest = await Log.ReadSnapshotAsync(Document, new Revision(long.MaxValue), default);
        Assert.Equal((60, uint.MaxValue - 60, Time.AddSeconds(60)), (newest!.Revision.Value, newest.ContentHash, newest.At));
        Assert.Equal([60, 0], newest.Content.ToArray());
        Assert.Null(newest.Damage);
        Assert.Equal(60, (await Log.ReadSnapshotAsync(Document, new Revision(60), default))!.Revision.Value);
        Assert.Equal(50, (await Log.ReadSnapshotAsync(Document, new Revision(59), default))!.Revision.Value);
        Assert.Null(await Log.ReadSnapshotAsync(Document, new Revision(9), default));
    }

    [Fact]
    public async Task Trimmed_history_is_gone_for_readers_at_once_and_deleted_bit_by_bit()
    {
        await WithSnapshotsAsync(operations: 40, 10, 20, 30);

        Assert.True(await Log.TrimAsync(Document, new Revision(20), limit: 7, default));

        var description = await Log.DescribeAsync(Document, default);
        Assert.Equal((20, 40), (description!.Start.Value, description.Revision.Value));
        Assert.Equal([20, 30], (await Log.ListSnapshotsAsync(Document, default)).Select(kept => kept.Revision.Value));
        var trimmed = await Assert.ThrowsAsync<HistoryTrimmedException>(async () => await Log.ReadAsync(Document, new Revision(19), 10, long.MaxValue, default));
        Assert.Equal(20, trimmed.Start.Value);
        Assert.Contains("Document d1 has no history before revision 20 any more; revision 19 was asked for", trimmed.Message);
        AssertSame(
            Enumerable.Range(21, 20).Select(revision => Record(revision)), await Log.ReadAsync(Document, new Revision(20), 100, long.MaxValue, default));

        Assert.True(await Log.TrimAsync(Document, new Revision(20), limit: 7, default));
        Assert.False(await Log.TrimAsync(Document, new Revision(20), limit: 7, default));
        Assert.False(await Log.TrimAsync(Document, new Revision(20), limit: 7, default));
        // Back is no way.
        Assert.False(await Log.TrimAsync(Document, new Revision(10), limit: 7, default));
        Assert.Equal(description, await Log.DescribeAsync(Document, default));
        Assert.Equal(AppendOutcome.Durable, await Log.AppendAsync(1, Record(41)));
    }

    [Fact]
    public async Task A_log_is_trimmed_to_a_snapshot_only()
    {
        await WithSnapshotsAsync(operations: 20, 10);
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(async () => await Log.TrimAsync(Document, new Revision(11), 100, default));
        Assert.Contains("no snapshot at revision 11", refusal.Message);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Log.TrimAsync(new DocumentId("nobody"), new Revision(1), 100, default));
        Assert.Equal(20, (await Log.ReadAllAsync(Document)).Count);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(100)]
    public async Task A_sequence_is_known_although_its_operation_was_trimmed(int limit)
    {
        await Log.OpenNewAsync(Document);
        await Log.AppendAsync(1, Record(1, "ann", 1), Record(2, "bob", 10), Record(3, "ann", 2), Record(4, "bob", 11), Record(5, "ann", 9), Record(6, "ann", 10), Record(7, "cid", 1));
        await Log.WriteSnapshotAsync(Document, Snapshot(6), 1000, default);
        await Log.TrimAsync(Document, new Revision(6), limit, default);

        Assert.Equal(new AppliedSequence(new SessionId("ann"), 10, new Revision(6), Record(6).SubmittedHash), await Log.FindAsync(Document, new SessionId("ann"), null, default));
        Assert.Equal(6, (await Log.FindAsync(Document, new SessionId("ann"), 10, default))!.Revision.Value);
        Assert.Equal(4, (await Log.FindAsync(Document, new SessionId("bob"), null, default))!.Revision.Value);
        Assert.Equal(7, (await Log.FindAsync(Document, new SessionId("cid"), null, default))!.Revision.Value);
        Assert.Null(await Log.FindAsync(Document, new SessionId("ann"), 11, default));

        // Nor can it be used again.
        Assert.Equal(AppendOutcome.Invalid, await Log.AppendAsync(1, Record(8, "bob", 11)));
        Assert.Equal(AppendOutcome.Durable, await Log.AppendAsync(1, Record(8, "bob", 12)));
        Assert.Equal(8, (await Log.FindAsync(Document, new SessionId("bob"), null, default))!.Revision.Value);
        Assert.Equal(11, (await Log.ReadStartAsync(Document, default))!.Sessions.Single(applied => applied.Session.Value == "bob").Sequence);
    }

    [Fact]
    public async Task A_writer_that_repeats_what_was_trimmed_is_fenced()
    {
        await WithSnapshotsAsync(operations: 20, 10);
        Assert.Equal(AppendOutcome.Durable, await Log.AppendAsync(1, Record(9)));
        await Log.TrimAsync(Document, new Revision(10), 100, default);
        Assert.Equal(AppendOutcome.Fenced, await Log.AppendAsync(1, Record(9)));
        Assert.Equal(AppendOutcome.Durable, await Log.AppendAsync(1, Record(11)));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(100)]
    public async Task A_document_can_begin_where_another_ones_trimmed_log_does(int limit)
    {
        await WithSnapshotsAsync(operations: 12, 8);
        Assert.Null(await Log.ReadStartAsync(Document, default));
        await Log.TrimAsync(Document, new Revision(8), limit, default);
        var start = await Log.ReadStartAsync(Document, default);
        Assert.Equal([new AppliedSequence(new SessionId("s1"), 8, new Revision(8), Record(8).SubmittedHash)], start!.Sessions.AsEnumerable());

        var copy = new DocumentId("copy");
        var (created, isNew) = await Log.CreateAsync(copy, Text, Time, start, default);

        Assert.True(isNew);
        Assert.Equal((8, 8), (created.Start.Value, created.Revision.Value));
        Assert.Equal([8, 0], (await Log.ReadSnapshotAsync(copy, new Revision(99), default))!.Content.ToArray());
        Assert.Null((await Log.ReadSnapshotAsync(copy, new Revision(99), default))!.Damage);
        Assert.Equal(8, (await Log.FindAsync(copy, new SessionId("s1"), null, default))!.Sequence);
        await Log.OpenAsync(copy, default);
        Assert.Equal([AppendOutcome.Invalid], await Log.AppendAsync(Append(1, Record(9, sequence: 8)) with { Document = copy }));
        Assert.Equal([AppendOutcome.Durable], await Log.AppendAsync(Append(1, Record(9)) with { Document = copy }));
        Assert.False((await Log.CreateAsync(copy, Text, Time, null, default)).IsNew);
    }

    private async Task WithSnapshotsAsync(int operations, params long[] snapshots)
    {
        await Log.OpenNewAsync(Document);
        await Log.AppendAsync(1, [.. Enumerable.Range(1, operations).Select(revision => Record(revision))]);
        foreach (var revision in snapshots)
            await Log.WriteSnapshotAsync(Document, Snapshot(revision), milestoneOperations: 1, default);
    }

    [Fact]
    public async Task Writing_a_snapshot_again_replaces_it()
    {
        await Log.OpenNewAsync(Document);
        await Log.AppendAsync(1, Record(1), Record(2));
        await Log.WriteSnapshotAsync(Document, new LogSnapshot(new Revision(1), 1, new byte[] { 1 }, Time), 1000, default);
        await Log.WriteSnapshotAsync(Document, new LogSnapshot(new Revision(2), 2, new byte[] { 2 }, Time), 1000, default);
        await Log.WriteSnapshotAsync(Document, new LogSnapshot(new Revision(2), 3, new byte[] { 3 }, Time), 1000, default);

        Assert.Equal(3u, (await Log.ReadSnapshotAsync(Document, new Revision(2), default))!.ContentHash);
        Assert.Equal(1u, (await Log.ReadSnapshotAsync(Document, new Revision(1), default))!.ContentHash);
    }

    [Fact]
    public async Task A_snapshot_ahead_of_the_log_is_refused_and_the_log_goes_on()
    {
        await Log.OpenNewAsync(Document);
        await Log.AppendAsync(1, Record(1));
        var ahead = await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await Log.WriteSnapshotAsync(Document, new LogSnapshot(new Revision(2), 0, default, Time), 1000, default));
        Assert.Contains("revision 2 is ahead of the log, which ends at 1", ahead.Message);
        await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await Log.WriteSnapshotAsync(new DocumentId("nobody"), new LogSnapshot(Revision.Zero, 0, default, Time), 1000, default));

        Assert.Null(await Log.ReadSnapshotAsync(Document, new Revision(9), default));
        Assert.Equal(AppendOutcome.Durable, await Log.AppendAsync(1, Record(2)));
    }

    [Fact]
    public async Task Documents_are_listed_by_newest_change_page_by_page()
    {
        for (var i = 1; i <= 5; i++)
            await Log.OpenNewAsync(new DocumentId($"d{i}"));
        await Log.AppendAsync(new LogAppend(new DocumentId("d2"), 1, [Record(1)], Time.AddHours(1)));

        // All others were created at one time: the later in the order of creation first.
        Assert.Equal(["d2 d5", "d4 d3", "d1"], await Pages(limit: 2));
        Assert.Equal(["d2 d5 d4 d3 d1"], await Pages(limit: 5));

        async Task<List<string>> Pages(int limit)
        {
            List<string> pages = [];
            string? cursor = null;
            do
            {
                var (documents, next) = await Log.ListAsync(cursor, limit, default);
                pages.Add(string.Join(' ', documents.Select(document => document.Id)));
                cursor = next;
            }
            while (cursor is not null);
            return pages;
        }
    }

    [Fact]
    public async Task A_document_that_changes_between_two_pages_is_not_listed_twice()
    {
        for (var i = 1; i <= 4; i++)
            await Log.OpenNewAsync(new DocumentId($"d{i}"));
        var (first, next) = await Log.ListAsync(null, 2, default);
        await Log.AppendAsync(new LogAppend(new DocumentId("d4"), 1, [Record(1)], Time.AddHours(1)));
        var (second, end) = await Log.ListAsync(next, 2, default);

        Assert.Equal(["d4", "d3", "d2", "d1"], first.Concat(second).Select(document => document.Id.Value));
        Assert.Null(end);
    }

    [Theory]
    [InlineData("")]
    [InlineData("12")]
    [InlineData("12.x")]
    [InlineData("1.2.3")]
    [InlineData("'; DROP TABLE documents; --")]
    public async Task A_cursor_that_no_page_returned_is_a_format_error(string cursor) =>
        await Assert.ThrowsAsync<FormatException>(async () => await Log.ListAsync(cursor, 10, default));

    [Fact]
    public async Task Large_operations_and_snapshots_survive()
    {
        await Log.OpenNewAsync(Document);
        var large = Record(1, size: 1 << 20);
        var content = new byte[10 << 20];
        new Random(1).NextBytes(content);

        Assert.Equal(AppendOutcome.Durable, await Log.AppendAsync(1, large));
        await Log.WriteSnapshotAsync(Document, new LogSnapshot(new Revision(1), 7, content, Time), 1000, default);

        AssertSame([large], await Log.ReadAllAsync(Document));
        Assert.True((await Log.ReadSnapshotAsync(Document, new Revision(1), default))!.Content.Span.SequenceEqual(content));
    }

    [Fact]
    public async Task A_part_of_a_larger_array_is_stored_alone()
    {
        await Log.OpenNewAsync(Document);
        var array = Enumerable.Range(0, 100).Select(i => (byte)i).ToArray();
        await Log.AppendAsync(1, Record(1) with { Encoded = array.AsMemory(10, 5) });
        Assert.Equal([10, 11, 12, 13, 14], Assert.Single(await Log.ReadAllAsync(Document)).Encoded.ToArray());
    }

    [Fact]
    public async Task Readers_see_whole_batches_while_a_writer_goes_on()
    {
        await Log.OpenNewAsync(Document);
        const int batches = 60;
        const int size = 5;
        var writing = Task.Run(async () =>
        {
            for (var batch = 0; batch < batches; batch++)
            {
                var records = Enumerable.Range((batch * size) + 1, size).Select(revision => Record(revision)).ToArray();
                Assert.Equal(AppendOutcome.Durable, await Log.AppendAsync(1, records));
            }
        });
        var reading = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var seen = 0;
            while (seen < batches * size)
            {
                var records = await Log.ReadAllAsync(Document);
                Assert.True(records.Count >= seen, $"A reader saw {records.Count} operations after {seen}.");
                Assert.Equal(0, records.Count % size);
                AssertSame(Enumerable.Range(1, records.Count).Select(revision => Record(revision)), records);
                seen = records.Count;
            }
        }));
        await Task.WhenAll([writing, .. reading]).WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Many_openings_at_once_give_each_its_own_epoch()
    {
        await Log.CreateAsync(Document, Text, Time, null, default);
        var opened = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(async () => await Log.OpenAsync(Document, default))));
        Assert.Equal(Enumerable.Range(1, 20).Select(epoch => (long)epoch), opened.Select(document => document!.Epoch).Order());
    }
}
