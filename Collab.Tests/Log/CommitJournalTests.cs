using System.Collections.Immutable;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Grains.Log;
using Collab.Grains.Log.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;
using static Collab.Tests.Log.Samples;

namespace Collab.Tests.Log;

/// <summary>What SQLite's log keeps in its commit journal, over kills, failing disks, other writers and visitors.</summary>
public sealed class CommitJournalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("collab-journal-").FullName;
    private readonly List<SqliteOperationLog> _logs = [];
    private volatile Action<SafeFileHandle> _sync = DiskSync.Flush;

    private string FilePath => Path.Combine(_folder, "own", SqliteImage.Database);

    private string KilledFolder => Path.Combine(_folder, "killed");

    public void Dispose()
    {
        foreach (var log in _logs)
            log.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task What_was_acknowledged_is_there_after_a_kill_although_the_tables_never_had_it()
    {
        var log = Open();
        await log.OpenNewAsync(Document, epoch: 2);
        await log.AppendAsync(2, Record(1), Record(2));
        await log.AppendAsync(2, Record(3, size: 70_000));
        var killed = SqliteImage.Of(FilePath);
        Assert.Equal(0, Tables(killed with { Files = new Dictionary<string, byte[]>(killed.Files.Where(file => !file.Key.Contains("commits", StringComparison.Ordinal))) }));

        var again = Open(killed.WriteTo(KilledFolder));

        AssertSame([Record(1), Record(2), Record(3, size: 70_000)], await again.ReadAllAsync(Document));
        Assert.Equal(Time.AddSeconds(3), (await again.DescribeAsync(Document, default))!.ModifiedAt);
        Assert.Equal(AppendOutcome.Durable, await again.AppendAsync(2, Record(4)));
        Assert.Equal(AppendOutcome.Durable, await again.AppendAsync(2, Record(3, size: 70_000)));
        Assert.Equal(AppendOutcome.Invalid, await again.AppendAsync(2, Record(5, sequence: 3)));
    }

    [Fact]
    public async Task A_log_that_is_closed_leaves_no_journal_and_everything_in_the_tables()
    {
        var log = Open();
        await log.OpenNewAsync(Document);
        await log.AppendAsync(1, Record(1), Record(2));
        Assert.True(CommitFiles.Exist(FilePath));

        log.Dispose();

        Assert.False(CommitFiles.Exist(FilePath));
        Assert.Equal(2, Tables(SqliteImage.Of(FilePath)));
    }

    [Fact]
    public async Task Without_anybody_asking_the_tables_have_it_after_a_moment()
    {
        var log = Open(settings: new CommitSettings());
        await log.OpenNewAsync(Document);
        await log.AppendAsync(1, Record(1));
        using var tables = SqliteFile.Visit(FilePath).OpenForReading();
        await Eventually.IsTrue(() => StoredOperations.Count(tables) == 1, "the tables have the operation");
    }

    [Fact]
    public async Task A_writer_is_fenced_although_what_it_appended_before_is_not_in_the_tables_yet()
    {
        var log = Open();
        await log.OpenNewAsync(Document);
        await log.AppendAsync(1, Record(1));

        var opened = await log.OpenAsync(Document, default);

        Assert.Equal((2, 1), (opened!.Epoch, opened.Revision.Value));
        Assert.Equal(AppendOutcome.Fenced, await log.AppendAsync(1, Record(2)));
        Assert.Equal(AppendOutcome.Durable, await log.AppendAsync(2, Record(2)));
        Assert.Equal(AppendOutcome.Durable, await log.AppendAsync(1, Record(1)));
        AssertSame([Record(1), Record(2)], await Open(SqliteImage.Of(FilePath).WriteTo(KilledFolder)).ReadAllAsync(Document));
    }

    [Fact]
    public async Task An_append_whose_sync_failed_is_unavailable_and_repeating_it_is_durable_once()
    {
        var log = Open();
        await log.OpenNewAsync(Document);
        await log.AppendAsync(1, Record(1));
        FailOnce();

        var failure = await Assert.ThrowsAsync<LogUnavailableException>(() => log.AppendAsync(1, Record(2)));

        Assert.Equal(LogFault.Io, failure.Fault);
        Assert.Contains(FilePath, failure.Message);
        Assert.Equal(AppendOutcome.Durable, await log.AppendAsync(1, Record(2)));
        Assert.Equal(AppendOutcome.Durable, await log.AppendAsync(1, Record(3)));
        AssertSame([Record(1), Record(2), Record(3)], await Open(SqliteImage.Of(FilePath).WriteTo(KilledFolder)).ReadAllAsync(Document));
        AssertSame([Record(1), Record(2), Record(3)], await log.ReadAllAsync(Document));
    }

    [Fact]
    public async Task What_failed_to_be_synced_never_counts_once_another_has_written_in_its_place()
    {
        var log = Open();
        await log.OpenNewAsync(Document);
        await log.AppendAsync(1, Record(1));
        FailOnce();
        await Assert.ThrowsAsync<LogUnavailableException>(() => log.AppendAsync(1, Record(2), Record(3)));

        Assert.Equal(1, (await log.OpenAsync(Document, default))!.Revision.Value);
        Assert.Equal(AppendOutcome.Durable, await log.AppendAsync(2, Record(2, "s2")));

        AssertSame([Record(1), Record(2, "s2")], await Open(SqliteImage.Of(FilePath).WriteTo(KilledFolder)).ReadAllAsync(Document));
        Assert.Equal(AppendOutcome.Durable, await log.AppendAsync(2, Record(3, "s2")));
        AssertSame([Record(1), Record(2, "s2"), Record(3, "s2")], await log.ReadAllAsync(Document));
    }

    [Fact]
    public async Task Damage_before_acknowledged_commits_ends_the_start_unless_that_is_accepted()
    {
        var log = Open();
        await log.OpenNewAsync(Document);
        for (var revision = 1; revision <= 9; revision++)
            await log.AppendAsync(1, Record(revision, size: 900));
        var killed = SqliteImage.Of(FilePath);
        var bytes = killed.Files[SqliteImage.Journal].ToArray();
        // In the fifth of nine, each of which takes two sectors.
        bytes[(2 * 512 * 4) + 100] ^= 4;
        var path = killed.With(SqliteImage.Journal, bytes).WriteTo(KilledFolder);

        var refusal = Assert.Throws<LogUnavailableException>(() => Open(path));
        Assert.Equal(LogFault.Corrupt, refusal.Fault);
        Assert.Matches("commits-1 is damaged at byte 4096 .*commit 5 is not sound, and commit 6 .* was acknowledged.*AcceptDamagedTail", refusal.Message);
        Assert.Throws<LogUnavailableException>(() => SqliteLogReader.Visit(new LogOptions { Path = path }));

        var accepted = Open(path, isDamageAccepted: true);
        AssertSame(Enumerable.Range(1, 4).Select(revision => Record(revision, size: 900)), await accepted.ReadAllAsync(Document));
        Assert.Equal(AppendOutcome.Durable, await accepted.AppendAsync(1, Record(5, "s2")));
    }

    [Fact]
    public async Task A_journal_that_goes_on_from_elsewhere_than_the_tables_end_is_refused()
    {
        var log = Open();
        await log.OpenNewAsync(Document);
        var before = SqliteImage.Of(FilePath);
        await log.AppendAsync(1, Record(1));
        await log.ListAsync(null, 1, default);
        await log.AppendAsync(1, Record(2));
        var after = SqliteImage.Of(FilePath);
        var bytes = after.Files[SqliteImage.Journal].ToArray();
        Array.Clear(bytes, 0, 512);

        // A backup of the tables, with the journal of later.
        var refusal = Assert.Throws<LogUnavailableException>(() => Open(before.With(SqliteImage.Journal, bytes).WriteTo(KilledFolder)));
        Assert.Contains("is not of this database: commit 1 is not sound, and commit 2", refusal.Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(11)]
    [InlineData(16)]
    [InlineData(18)]
    public async Task An_acknowledged_operation_that_the_tables_refuse_is_named(int revision)
    {
        var log = Open();
        await log.OpenNewAsync(Document);
        for (var i = 1; i <= 20; i++)
            await log.AppendAsync(1, Record(i, $"s{i}"));
        var path = SqliteImage.Of(FilePath).WriteTo(KilledFolder);
        using (var file = SqliteFile.Visit(path))
        using (var other = file.OpenForWriting())
            SqliteSchema.Execute(other, $"INSERT INTO sequences SELECT key, 's{revision}', {revision}, 1000, 0 FROM documents");

        var refusal = Assert.Throws<LogUnavailableException>(() => Open(path));
        Assert.Equal(LogFault.Corrupt, refusal.Fault);
        Assert.Contains($"refuses operation {revision} of document {Document}, which is acknowledged", refusal.Message);

        var accepted = Open(path, isDamageAccepted: true);
        Assert.Equal(0, (await accepted.DescribeAsync(Document, default))!.Revision.Value);
    }

    [Fact]
    public async Task Documents_that_take_turns_in_the_journal_lie_whole_in_the_tables()
    {
        DocumentId[] documents = [new("d2"), new("d3"), new("d1")];
        var log = Open();
        foreach (var document in documents)
            await log.OpenNewAsync(document);
        for (var i = 0; i < 50; i++)
        {
            var (round, turn) = (i, documents[i % 3]);
            var first = (round / 3 * 2) + 1;
            var outcomes = await log.AppendAsync(new LogAppend(turn, 1, [Record(first, "s1"), Record(first + 1, "s2")], Time.AddSeconds(round)));
            Assert.Equal([AppendOutcome.Durable], outcomes);
        }

        var again = Open(SqliteImage.Of(FilePath).WriteTo(KilledFolder));

        foreach (var (document, rounds) in documents.Zip([17, 17, 16]))
        {
            AssertSame(Enumerable.Range(1, rounds * 2).Select(revision => Record(revision, revision % 2 == 1 ? "s1" : "s2")), await again.ReadAllAsync(document));
            Assert.Equal(rounds * 2, (await again.DescribeAsync(document, default))!.Revision.Value);
        }

        Assert.Equal([new("d3"), new("d2"), new DocumentId("d1")], (await again.ListAsync(null, 10, default)).Documents.Select(document => document.Id));
    }

    [Fact]
    public async Task A_visitor_sees_what_is_acknowledged_whether_the_owner_runs_or_was_killed()
    {
        var log = Open(settings: new CommitSettings { ApplyAfter = TimeSpan.FromMilliseconds(100) });
        await log.OpenNewAsync(Document);
        for (var revision = 1; revision <= 5; revision++)
        {
            await log.AppendAsync(1, Record(revision));
            using var visitor = SqliteLogReader.Visit(new LogOptions { Path = FilePath });
            Assert.Equal(revision, (await visitor.DescribeAsync(Document, default))!.Revision.Value);
        }

        var lazy = Open(Path.Combine(_folder, "lazy", SqliteImage.Database));
        await lazy.OpenNewAsync(Document);
        await lazy.AppendAsync(1, Record(1), Record(2));
        var path = SqliteImage.Of(Path.Combine(_folder, "lazy", SqliteImage.Database)).WriteTo(KilledFolder);
        using var afterwards = SqliteLogReader.Visit(new LogOptions { Path = path });
        AssertSame([Record(1), Record(2)], await afterwards.ReadAsync(Document, Revision.Zero, 10, long.MaxValue, default));
        Assert.False(CommitFiles.Exist(path));
    }

    [Fact]
    public async Task What_is_pending_is_read_although_another_program_holds_the_file_locked()
    {
        var log = Open();
        await log.OpenNewAsync(Document);
        await log.AppendAsync(1, Record(1), Record(2, "s2"));
        await log.ListAsync(null, 1, default);
        await log.AppendAsync(1, Record(3), Record(4));
        using var other = SqliteFile.Visit(FilePath).OpenForWriting();
        SqliteSchema.Execute(other, "BEGIN IMMEDIATE");

        Assert.Equal((4, Time.AddSeconds(3)), ((await log.DescribeAsync(Document, default))!.Revision.Value, (await log.DescribeAsync(Document, default))!.ModifiedAt));
        AssertSame([Record(1), Record(2, "s2"), Record(3), Record(4)], await log.ReadAllAsync(Document));
        AssertSame([Record(2, "s2"), Record(3)], await log.ReadAsync(Document, new Revision(1), 2, long.MaxValue, default));
        AssertSame([Record(3)], await log.ReadAsync(Document, new Revision(2), 10, 1, default));
        Assert.Equal(4, (await log.FindAsync(Document, new SessionId("s1"), null, default))!.Revision.Value);
        Assert.Equal(3, (await log.FindAsync(Document, new SessionId("s1"), 3, default))!.Revision.Value);
        Assert.Equal(2, (await log.FindAsync(Document, new SessionId("s2"), null, default))!.Revision.Value);
        Assert.Equal(LogFault.Busy, (await Assert.ThrowsAsync<LogUnavailableException>(async () => await log.ListAsync(null, 1, default))).Fault);

        SqliteSchema.Execute(other, "ROLLBACK");
        Assert.Equal(AppendOutcome.Durable, await log.AppendAsync(1, Record(5)));
        Assert.Single((await log.ListAsync(null, 1, default)).Documents);
    }

    [Fact]
    public async Task What_the_journal_has_no_room_for_goes_into_the_tables()
    {
        var log = Open();
        await log.OpenNewAsync(Document);
        var records = Enumerable.Range(1, 30).Select(revision => Record(revision, size: revision == 12 ? 9 << 20 : 1 << 20)).ToList();
        foreach (var record in records)
            Assert.Equal(AppendOutcome.Durable, await log.AppendAsync(1, record));
        AssertSame(records, await log.ReadAllAsync(Document));
        Assert.All(CommitFiles.Of(FilePath).Where(File.Exists), path => Assert.True(new FileInfo(path).Length <= CommitJournal.SegmentBytes));
    }

    [Fact]
    public async Task Bringing_in_what_nobody_waits_for_gives_way_until_somebody_waits()
    {
        var (rests, asked) = (0, new TaskCompletionSource<Task<(ImmutableArray<DocumentDescription> Documents, string? Next)>>(TaskCreationOptions.RunContinuationsAsynchronously));
        SqliteOperationLog? log = null;
        log = Open(settings: new CommitSettings
        {
            ApplyAfter = TimeSpan.FromMilliseconds(1),
            Rest = () =>
            {
                // From the first rest on, somebody waits.
                rests++;
                asked.TrySetResult(log!.ListAsync(null, 10, default).AsTask());
            },
        });
        await log.OpenNewAsync(Document);
        await log.AppendAsync(1, [.. Enumerable.Range(1, 8000).Select(revision => Record(revision))]);

        Assert.Equal(8000, (await await asked.Task).Documents.Single().Revision.Value);
        Assert.Equal(1, rests);
        Assert.Equal(8000, Tables(FilePath));
    }

    [Fact]
    public async Task Bringing_in_makes_haste_when_too_much_is_pending()
    {
        var rests = 0;
        var log = Open(settings: new CommitSettings { ApplyAfter = TimeSpan.FromHours(1), Rest = () => rests++ });
        await log.OpenNewAsync(Document);
        // So many are brought in at once, and nobody asks for it.
        await log.AppendAsync(1, [.. Enumerable.Range(1, 20000).Select(revision => Record(revision))]);

        await Eventually.IsTrue(() => Tables(FilePath) == 20000);
        Assert.Equal(0, rests);
    }

    private static long Tables(SqliteImage image)
    {
        var folder = Directory.CreateTempSubdirectory("collab-tables-").FullName;
        try
        {
            return Tables(image.WriteTo(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static long Tables(string path)
    {
        using var file = SqliteFile.Visit(path);
        using var connection = file.OpenForReading();
        return StoredOperations.Count(connection);
    }

    /// <summary>A log that brings nothing into its tables until it is asked, unless <paramref name="settings"/> say otherwise.</summary>
    private SqliteOperationLog Open(string? path = null, CommitSettings? settings = null, bool isDamageAccepted = false)
    {
        var log = SqliteOperationLog.Open(
            new LogOptions { Path = path ?? FilePath, AcceptDamagedTail = isDamageAccepted },
            NullLogger<SqliteOperationLog>.Instance,
            settings ?? new CommitSettings { ApplyAfter = TimeSpan.FromHours(1), Sync = file => _sync(file) });
        _logs.Add(log);
        return log;
    }

    private void FailOnce() => _sync = _ =>
    {
        _sync = DiskSync.Flush;
        throw new IOException("The disk is gone.");
    };
}
