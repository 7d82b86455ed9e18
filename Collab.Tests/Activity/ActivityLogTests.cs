using Collab.Contracts;
using Collab.Contracts.Activity;
using Collab.Contracts.Sessions;
using Collab.Grains.Activity;
using static Collab.Tests.Activity.Happenings;

namespace Collab.Tests.Activity;

/// <summary>What every activity log keeps; each implementation runs all of it.</summary>
public abstract class ActivityLogTests
{
    protected abstract IActivityLog Log { get; }

    [Fact]
    public async Task What_was_appended_is_read_back_in_one_order_over_all_documents()
    {
        var detailed = Event("b", ActivityKind.ConflictBurst) with
        {
            Session = new SessionId("s1"),
            Author = "Ann Øster 🦀",
            Detail = new ActivityDetail("text", SessionCloseReason.Kicked, 812, [new ConflictCount("insert_insert", 20), new ConflictCount("delete_delete", 3)]),
        };
        Assert.Equal([1, 2], await Log.AppendAsync(Event("a"), detailed));
        Assert.Equal([3], await Log.AppendAsync(Event("a")));

        var events = await Log.ReadAfterAsync(0, 10, default);
        Assert.Equal([1, 2, 3], events.Select(happened => happened.Position));
        Assert.Equal(["a", "b", "a"], events.Select(happened => happened.Document.Value));
        var expected = detailed with { Position = 2 };
        Assert.Equal(Flat(expected), Flat(events[1]));
        Assert.Equal(expected.Detail!.Conflicts!.Value.AsEnumerable(), events[1].Detail!.Conflicts!.Value.AsEnumerable());
        Assert.Equal(3, await Log.ReadHeadAsync(default));

        // An array is equal to itself alone.
        static ActivityEvent Flat(ActivityEvent happened) => happened with { Detail = happened.Detail! with { Conflicts = null } };
    }

    [Fact]
    public async Task An_empty_log_is_at_0_and_has_nothing()
    {
        Assert.Equal(0, await Log.ReadHeadAsync(default));
        Assert.Empty(await Log.ReadAfterAsync(0, 10, default));
        Assert.Empty(await Log.ReadDocumentAsync(new DocumentId("a"), null, 10, default));
        Assert.Empty(await Log.AppendAsync());
        Assert.Equal(0, await Log.TrimAsync(DateTimeOffset.MaxValue, 10, default));
    }

    [Fact]
    public async Task An_event_that_is_there_keeps_its_place()
    {
        var (first, second, third) = (Event("a"), Event("a"), Event("b"));
        await Log.AppendAsync(first, second);
        Assert.Equal([2, 3, 1], await Log.AppendAsync(second, third, first));
        Assert.Equal([4, 4], await Log.AppendAsync(Same(third, "new"), Same(third, "new")));
        Assert.Equal([1, 2, 3, 4], (await Log.ReadAfterAsync(0, 10, default)).Select(happened => happened.Position));

        static ActivityEvent Same(ActivityEvent like, string document) => like with { Id = Guid.Parse("01890000-0000-7000-8000-0000000000aa"), Document = new DocumentId(document) };
    }

    [Fact]
    public async Task Reading_goes_on_after_a_position_and_has_a_limit()
    {
        await Log.AppendAsync([.. Enumerable.Range(0, 25).Select(_ => Event("a"))]);
        Assert.Equal([11, 12, 13], (await Log.ReadAfterAsync(10, 3, default)).Select(happened => happened.Position));
        Assert.Equal([24, 25], (await Log.ReadAfterAsync(23, 10, default)).Select(happened => happened.Position));
        Assert.Empty(await Log.ReadAfterAsync(25, 10, default));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Log.ReadAfterAsync(0, 0, default));
    }

    [Fact]
    public async Task A_documents_events_come_newest_first_page_by_page()
    {
        await Log.AppendAsync([.. Enumerable.Range(0, 12).Select(i => Event(i % 2 == 0 ? "even" : "odd"))]);
        var even = new DocumentId("even");
        Assert.Equal([11, 9, 7, 5], (await Log.ReadDocumentAsync(even, null, 4, default)).Select(happened => happened.Position));
        Assert.Equal([3, 1], (await Log.ReadDocumentAsync(even, 5, 4, default)).Select(happened => happened.Position));
        Assert.Empty(await Log.ReadDocumentAsync(new DocumentId("Even"), null, 4, default));
    }

    [Fact]
    public async Task Trimming_takes_the_oldest_in_chunks_and_stops_at_the_first_that_is_younger()
    {
        await Log.AppendAsync([.. Enumerable.Range(0, 10).Select(i => Event("a") with { At = Time.AddMinutes(i) }), Event("a"), Event("a") with { At = Time.AddDays(1) }]);
        Assert.Equal(4, await Log.TrimAsync(Time.AddMinutes(6), 4, default));
        Assert.Equal(2, await Log.TrimAsync(Time.AddMinutes(6), 4, default));
        Assert.Equal(0, await Log.TrimAsync(Time.AddMinutes(6), 4, default));
        // The eleventh is as old as the first, but stands behind younger ones.
        Assert.Equal([7, 8, 9, 10, 11, 12], (await Log.ReadAfterAsync(0, 20, default)).Select(happened => happened.Position));
        Assert.Equal([7, 8, 9, 10, 11, 12], (await Log.ReadDocumentAsync(new DocumentId("a"), null, 20, default)).Select(happened => happened.Position).Order());
    }

    [Fact]
    public async Task A_position_is_never_given_again()
    {
        await Log.AppendAsync(Event("a"), Event("a"));
        Assert.Equal(2, await Log.TrimAsync(Time.AddYears(1), 10, default));
        Assert.Equal(2, await Log.ReadHeadAsync(default));
        Assert.Equal([3], await Log.AppendAsync(Event("a")));
    }

    [Fact]
    public async Task A_cursor_only_goes_forward_and_keeps_its_note()
    {
        Assert.Null(await Log.ReadCursorAsync("relay", default));
        Assert.Equal(new ConsumerCursor(5, "x"), await Log.WriteCursorAsync("relay", new ConsumerCursor(5, "x"), default));
        Assert.Equal(new ConsumerCursor(5, "x"), await Log.WriteCursorAsync("relay", new ConsumerCursor(4, "y"), default));
        Assert.Equal(new ConsumerCursor(5, "y"), await Log.WriteCursorAsync("relay", new ConsumerCursor(5, "y"), default));
        Assert.Equal(new ConsumerCursor(7), await Log.WriteCursorAsync("relay", new ConsumerCursor(7), default));
        Assert.Equal(new ConsumerCursor(7), await Log.ReadCursorAsync("relay", default));
        Assert.Null(await Log.ReadCursorAsync("Relay", default));
    }

    [Fact]
    public async Task Dead_letters_are_kept_once_listed_in_order_and_removed()
    {
        DeadLetter[] letters = [.. Enumerable.Range(1, 5).Select(position => Letter(position, "no"))];
        await Log.AddDeadLettersAsync([letters[3], letters[0], letters[1]], default);
        await Log.AddDeadLettersAsync([letters[2], letters[4], letters[0] with { Consumer = "other" }], default);
        await Log.AddDeadLettersAsync([letters[1] with { Attempts = 9, Failure = "no again" }], default);

        var listed = await Log.ListDeadLettersAsync("hook", 0, 3, default);
        Assert.Equal<DeadLetter>([letters[0], letters[1] with { Attempts = 9, Failure = "no again" }, letters[2]], listed.AsEnumerable());
        Assert.Equal([4, 5], (await Log.ListDeadLettersAsync("hook", 3, 10, default)).Select(letter => letter.Event.Position));
        Assert.Equal(5, await Log.CountDeadLettersAsync("hook", default));

        Assert.Equal(2, await Log.DeleteDeadLettersAsync("hook", [1, 4, 77], default));
        Assert.Equal([2, 3, 5], (await Log.ListDeadLettersAsync("hook", 0, 10, default)).Select(letter => letter.Event.Position));
        Assert.Equal(1, await Log.CountDeadLettersAsync("other", default));
        Assert.Equal(0, await Log.CountDeadLettersAsync("nobody", default));
    }

    [Fact]
    public async Task Dead_letters_are_given_up_by_age_and_by_number()
    {
        await Log.AddDeadLettersAsync([.. Enumerable.Range(1, 10).Select(position => Letter(position, "no") with { At = Time.AddDays(position) })], default);
        await Log.AddDeadLettersAsync([Letter(1, "no") with { Consumer = "other" }], default);
        Assert.Equal(2, await Log.TrimDeadLettersAsync("hook", Time.AddDays(3), 10, 100, default));
        Assert.Equal(3, await Log.TrimDeadLettersAsync("hook", Time.AddDays(3), 4, 3, default));
        Assert.Equal(1, await Log.TrimDeadLettersAsync("hook", Time.AddDays(3), 4, 3, default));
        Assert.Equal([7, 8, 9, 10], (await Log.ListDeadLettersAsync("hook", 0, 100, default)).Select(letter => letter.Event.Position));
        Assert.Equal(4, await Log.TrimDeadLettersAsync("hook", Time, 0, 100, default));
        Assert.Equal(1, await Log.CountDeadLettersAsync("other", default));
    }

    [Fact]
    public async Task Any_name_of_an_author_can_be_kept()
    {
        await Log.AppendAsync(Event("a") with { Author = "A\0nn" });
        Assert.Equal("Ann", Assert.Single(await Log.ReadAfterAsync(0, 10, default)).Author!.Replace("\0", ""));
    }

    [Fact]
    public async Task A_reader_that_follows_many_writers_misses_nothing()
    {
        const int writers = 4, batches = 25;
        var seen = new List<ActivityEvent>();
        // Opened before: to open one blocks a thread, and the others would wait for it on all that the pool has.
        IActivityLog[] logs = [.. Enumerable.Range(0, writers).Select(WriterLog)];
        var writing = Task.WhenAll(logs.Select((log, writer) => Task.Run(async () =>
        {
            for (int batch = 0; batch < batches; batch++)
                await log.AppendAsync([.. Enumerable.Range(0, 1 + ((writer + batch) % 3)).Select(_ => Event($"d{writer}"))]);
        })));
        for (long cursor = 0; !writing.IsCompleted || await Log.ReadHeadAsync(default) > cursor;)
        {
            seen.AddRange(await Log.ReadAfterAsync(cursor, 7, default));
            cursor = seen.Count == 0 ? 0 : seen[^1].Position;
        }

        await writing;
        var all = new List<ActivityEvent>();
        while (await Log.ReadAfterAsync(all.Count == 0 ? 0 : all[^1].Position, 100, default) is { Length: > 0 } page)
            all.AddRange(page);
        Assert.Equal(Enumerable.Range(0, writers).Sum(writer => Enumerable.Range(0, batches).Sum(batch => 1 + ((writer + batch) % 3))), all.Count);
        Assert.Equal(all.Select(happened => happened.Id), seen.Select(happened => happened.Id));
    }

    /// <summary>The log as one of several writers has it: on a store that silos share, opened by each.</summary>
    protected virtual IActivityLog WriterLog(int writer) => Log;

    private static DeadLetter Letter(long position, string failure) => new("hook", Event("a") with { Position = position }, 3, failure, Time.AddHours(1));
}
