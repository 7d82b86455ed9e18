using Collab.Contracts;
using Collab.Grains.Log;
using Collab.Grains.Log.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using static Collab.Tests.Log.Samples;

namespace Collab.Tests.Log;

public sealed class SqliteOperationLogTests : OperationLogTests, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("collab-log-").FullName;
    private SqliteOperationLog? _log;

    protected override IOperationLog Log => _log ??= Open();

    private string FilePath => Path.Combine(_folder, "new", "collab.db");

    public void Dispose()
    {
        _log?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Everything_is_there_after_reopening()
    {
        await Log.OpenNewAsync(Document, epoch: 3);
        await Log.AppendAsync(3, Record(1), Record(2));
        await Log.WriteSnapshotAsync(Document, new LogSnapshot(new Revision(2), 5, new byte[] { 1, 2 }, Time), 1000, default);
        var before = await Log.DescribeAsync(Document, default);

        Reopen();

        Assert.Equal(before, await Log.DescribeAsync(Document, default));
        AssertSame([Record(1), Record(2)], await Log.ReadAllAsync(Document));
        Assert.Equal(5u, (await Log.ReadSnapshotAsync(Document, new Revision(2), default))!.ContentHash);
        Assert.Equal(4, (await Log.OpenAsync(Document, default))!.Epoch);
    }

    [Fact]
    public void A_commit_is_synced_and_readers_do_not_wait()
    {
        using var file = SqliteFile.Own(FilePath);
        using var connection = file.OpenForWriting();
        Assert.Equal("wal", SqliteSchema.Scalar(connection, "PRAGMA journal_mode"));
        Assert.Equal(2L, SqliteSchema.Scalar(connection, "PRAGMA synchronous"));
    }

    [Fact]
    public void A_second_process_is_told_who_owns_the_file()
    {
        Assert.NotNull(Log);
        var refusal = Assert.Throws<LogUnavailableException>(Open);
        Assert.Equal(LogFault.CannotOpen, refusal.Fault);
        Assert.Contains(FilePath, refusal.Message);
        Assert.Contains("belongs to another running process", refusal.Message);
    }

    [Fact]
    public void A_file_of_a_newer_program_is_left_alone()
    {
        Assert.NotNull(Log);
        _log!.Dispose();
        Change(FilePath, "PRAGMA user_version = 999");
        _log = null;

        var refusal = Assert.Throws<LogUnavailableException>(Open);
        Assert.Contains($"schema version 999; this program knows versions up to {SqliteSchema.Version}", refusal.Message);
    }

    [Fact]
    public void A_file_that_is_no_database_is_named_with_sqlites_code()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        File.WriteAllText(FilePath, new string('x', 8192));
        var refusal = Assert.Throws<LogUnavailableException>(Open);
        Assert.Equal(LogFault.Corrupt, refusal.Fault);
        Assert.Contains(FilePath, refusal.Message);
        Assert.Contains("SQLite code 26", refusal.Message);
        Assert.Equal(new string('x', 8192), File.ReadAllText(FilePath));
    }

    [Fact]
    public void A_folder_in_the_files_place_is_an_error_that_names_it()
    {
        Directory.CreateDirectory(FilePath);
        var refusal = Assert.Throws<LogUnavailableException>(Open);
        Assert.Equal(LogFault.CannotOpen, refusal.Fault);
        Assert.Contains(FilePath, refusal.Message);
    }

    [Fact]
    public async Task A_full_disk_fails_the_append_whole_and_room_lets_it_go_on()
    {
        // Pages of the file stand for the disk: SQLite reports the limit with the same code.
        using var file = SqliteFile.Own(FilePath);
        var connection = file.OpenForWriting();
        SqliteSchema.Migrate(connection, FilePath);
        SqliteSchema.Execute(connection, "PRAGMA max_page_count = 40");
        using var writer = new SqliteWriteThread(file, new SqliteWriteConnection(connection));
        await writer.RunAsync(write => write.Create(Document, Text, Time, null), default);
        await writer.RunAsync(write => write.Open(Document), default);

        LogAppend[] appends = [Append(1, Record(1)), Append(1, Record(2, size: 1 << 20))];
        var failure = await Assert.ThrowsAsync<LogUnavailableException>(() => writer.RunAsync(write => write.Append(appends), default));
        Assert.Equal(LogFault.Full, failure.Fault);
        Assert.Contains(FilePath, failure.Message);

        // The writer has started over with a connection that has no such limit; nothing of the failed batch is there.
        Assert.Equal([AppendOutcome.Durable, AppendOutcome.Durable], (await writer.RunAsync(write => write.Append(appends), default)).AsEnumerable());
    }

    [Fact]
    public async Task A_damaged_page_is_an_error_and_not_an_answer()
    {
        await Log.OpenNewAsync(Document);
        await Log.AppendAsync(1, [.. Enumerable.Range(1, 400).Select(revision => Record(revision, size: 300))]);
        _log!.Dispose();
        using (var stream = File.OpenWrite(FilePath))
        {
            // Past the schema, into the operations.
            stream.Position = 25 * 4096;
            stream.Write(Enumerable.Repeat((byte)0xAA, 10 * 4096).ToArray());
        }

        _log = Open();
        var failure = await Assert.ThrowsAsync<LogUnavailableException>(() => Log.ReadAllAsync(Document));
        Assert.Equal(LogFault.Corrupt, failure.Fault);
    }

    [Fact]
    public async Task A_missing_operation_is_noticed_where_it_is_read()
    {
        await Log.OpenNewAsync(Document);
        for (var revision = 1; revision <= 3; revision++)
        {
            await Log.AppendAsync(1, Record(revision));
            // Brings it into the tables, where it lies in a row alone.
            await Log.ListAsync(null, 1, default);
        }

        _log!.Dispose();
        Change(FilePath, "DELETE FROM stretches WHERE last = 2");

        _log = Open();
        var failure = await Assert.ThrowsAsync<LogUnavailableException>(() => Log.ReadAllAsync(Document));
        Assert.Equal(LogFault.Corrupt, failure.Fault);
        Assert.Contains("has no operation 2", failure.Message);
    }

    [Theory]
    [InlineData("encoded")]
    [InlineData("hash")]
    [InlineData("session")]
    [InlineData("sequence")]
    [InlineData("checksum")]
    [InlineData("place")]
    public async Task A_changed_operation_is_named_and_those_before_it_are_read(string damage)
    {
        await Log.OpenNewAsync(Document);
        await Log.AppendAsync(1, Record(1), Record(2), Record(3, "s3"));
        _log!.Dispose();
        StoredOperations.Change(FilePath, Document, 2, stretch => damage == "place" ? [stretch[0], stretch[2], stretch[1]] : [stretch[0], Damaged(stretch[1]), stretch[2]]);

        StoredOperation Damaged(StoredOperation second) => damage switch
        {
            "encoded" => second with { Record = second.Record with { Encoded = second.Record.Encoded.ToArray().Select(b => b == '2' ? (byte)'3' : b).ToArray() } },
            "hash" => second with { Record = second.Record with { SubmittedHash = second.Record.SubmittedHash + 1 } },
            "session" => second with { Record = second.Record with { Session = "s2"u8.ToArray() } },
            "sequence" => second with { Record = second.Record with { Sequence = 20 } },
            _ => second with { Checksum = second.Checksum + 1 },
        };

        _log = Open();
        var failure = await Assert.ThrowsAsync<LogUnavailableException>(() => Log.ReadAllAsync(Document));
        Assert.Equal(LogFault.Corrupt, failure.Fault);
        Assert.Contains($"Operation 2 of document d1 in {FilePath} is damaged", failure.Message);
        AssertSame([Record(1)], await Log.ReadAsync(Document, Revision.Zero, 1, long.MaxValue, default));
    }

    [Fact]
    public async Task A_writer_that_repeats_a_record_which_was_damaged_meanwhile_is_fenced_and_the_others_of_the_call_are_durable()
    {
        var other = new DocumentId("d2");
        await Log.OpenNewAsync(Document);
        await Log.OpenNewAsync(other);
        await Log.AppendAsync(1, Record(1));
        _log!.Dispose();
        StoredOperations.Replace(FilePath, Document, 1, "revision", "Revision");

        _log = Open();
        Assert.Equal(
            [AppendOutcome.Fenced, AppendOutcome.Durable],
            await Log.AppendAsync(Append(1, Record(1), Record(2)), Append(1, Record(1)) with { Document = other }));
    }

    [Theory]
    [InlineData("UPDATE snapshots SET content = x'0200' WHERE revision = 2", "its checksum differs")]
    [InlineData("UPDATE snapshots SET content = x'02' WHERE revision = 2", "it has 1 bytes, 2 were written")]
    [InlineData("UPDATE snapshots SET hash = 1 WHERE revision = 2", "its checksum differs")]
    public async Task A_changed_snapshot_says_so_and_the_one_before_is_sound(string damage, string told)
    {
        await Log.OpenNewAsync(Document);
        await Log.AppendAsync(1, Record(1), Record(2));
        await Log.WriteSnapshotAsync(Document, Snapshot(1), 1000, default);
        await Log.WriteSnapshotAsync(Document, Snapshot(2) with { Content = new byte[] { 9, 9 } }, 1000, default);
        _log!.Dispose();
        Change(FilePath, damage);

        _log = Open();
        Assert.Equal(told, (await Log.ReadSnapshotAsync(Document, new Revision(2), default))!.Damage);
        Assert.Null((await Log.ReadSnapshotAsync(Document, new Revision(1), default))!.Damage);
    }

    [Fact]
    public async Task A_write_ahead_log_damaged_before_acknowledged_commits_ends_the_start_unless_that_is_accepted()
    {
        await Log.OpenNewAsync(Document);
        for (var revision = 1; revision <= 30; revision++)
        {
            await Log.AppendAsync(1, Record(revision));
            // Whoever lists has what was appended brought into the tables: a commit of SQLite's for each.
            await Log.ListAsync(null, 1, default);
        }

        // What SIGKILL leaves, with one bit flipped in the middle.
        var killed = Path.Combine(_folder, "killed.db");
        File.Copy(FilePath, killed);
        File.Copy(FilePath + "-wal", killed + "-wal");
        using (var wal = File.Open(killed + "-wal", FileMode.Open))
        {
            wal.Position = wal.Length / 2;
            var bits = wal.ReadByte();
            wal.Position--;
            wal.WriteByte((byte)(bits ^ 1));
        }

        var refusal = Assert.Throws<LogUnavailableException>(() => Open(new LogOptions { Path = killed }));
        Assert.Equal(LogFault.Corrupt, refusal.Fault);
        Assert.Matches("killed.db-wal is damaged at byte [0-9]+, and whole commits come after it.*AcceptDamagedTail", refusal.Message);

        using var log = Open(new LogOptions { Path = killed, AcceptDamagedTail = true });
        var head = (int)(await log.DescribeAsync(Document, default))!.Revision.Value;
        Assert.InRange(head, 1, 29);
        AssertSame(Enumerable.Range(1, head).Select(revision => Record(revision)), await log.ReadAllAsync(Document));
    }

    [Fact]
    public async Task After_closing_every_call_says_so()
    {
        await Log.OpenNewAsync(Document);
        _log!.Dispose();
        Assert.Equal(LogFault.Stopping, (await Assert.ThrowsAsync<LogUnavailableException>(() => Log.ReadAllAsync(Document))).Fault);
        Assert.Equal(LogFault.Stopping, (await Assert.ThrowsAsync<LogUnavailableException>(() => Log.AppendAsync(1, Record(1)))).Fault);
    }

    private static void Change(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        SqliteSchema.Execute(connection, sql);
    }

    private static SqliteOperationLog Open(LogOptions options) => SqliteOperationLog.Open(options, NullLogger<SqliteOperationLog>.Instance);

    private SqliteOperationLog Open() => Open(new LogOptions { Path = FilePath });

    private void Reopen()
    {
        _log?.Dispose();
        _log = Open();
    }
}
