using Collab.Contracts;
using Collab.Grains.Log;
using Collab.Grains.Log.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using static Collab.Tests.Log.Samples;

namespace Collab.Tests.Log;

/// <summary>What older versions wrote is all there after the start, and can be gone on with.</summary>
public sealed class SqliteMigrationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("collab-versions-").FullName;

    private string FilePath => Path.Combine(_folder, "collab.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_file_of_the_first_schema_is_brought_up_with_all_that_it_has()
    {
        var old = new DocumentId("old");
        SqliteVersions.WriteFirst(FilePath, 2);

        using var log = Open();
        AssertSame([Record(1), Record(2)], await log.ReadAllAsync(old));
        var snapshot = await log.ReadSnapshotAsync(old, new Revision(2), default);
        Assert.Equal((Snapshot(2).ContentHash, null, DateTimeOffset.UnixEpoch), (snapshot!.ContentHash, snapshot.Damage, snapshot.At));
        Assert.Equal([AppendOutcome.Durable], await log.AppendAsync(Append(1, Record(3)) with { Document = old }));
        Assert.False(await log.TrimAsync(old, new Revision(2), 100, default));
    }

    [Fact]
    public async Task Operations_that_had_a_row_each_are_gathered_and_found()
    {
        DocumentId other = new("d2"), empty = new("d3");
        var records = Enumerable.Range(1, 1000).Select(revision => Record(revision, $"s{revision % 7}", size: revision % 100 == 0 ? 20_000 : 100)).ToList();
        SqliteVersions.WriteFifth(FilePath, [(Document, records), (other, [Record(1), Record(2, "ann", 1)]), (empty, [])]);

        using (var log = Open())
        {
            AssertSame(records, await log.ReadAllAsync(Document));
            AssertSame([Record(1), Record(2, "ann", 1)], await log.ReadAllAsync(other));
            Assert.Empty(await log.ReadAllAsync(empty));
            AssertSame(records.Skip(498).Take(3), await log.ReadAsync(Document, new Revision(498), 3, long.MaxValue, default));
            foreach (var record in records)
                Assert.Equal(record.Applied, await log.FindAsync(Document, record.Session, record.Sequence, default));
            Assert.Equal(997, (await log.FindAsync(Document, new SessionId("s3"), null, default))!.Revision.Value);
            Assert.Null(await log.FindAsync(Document, new SessionId("s3"), 501, default));
            Assert.Equal(AppendOutcome.Invalid, await log.AppendAsync(1, Record(1001, "s3", 997)));
            Assert.Equal(AppendOutcome.Durable, await log.AppendAsync(1, Record(1001, "s3", 998)));
        }

        using var tables = SqliteFile.Visit(FilePath).OpenForReading();
        Assert.InRange((long)SqliteSchema.Scalar(tables, "SELECT count(*) FROM stretches WHERE document = 1")!, 10, 40);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(12)]
    public async Task What_was_trimmed_stays_trimmed_and_what_was_on_its_way_out_can_go(int deleted)
    {
        SqliteVersions.WriteFifth(
            FilePath,
            [(Document, Enumerable.Range(1, 30).Select(revision => Record(revision, $"s{revision % 4}")))],
            $"""
            UPDATE documents SET start = 12; INSERT INTO snapshots (document, revision, hash, content) VALUES (1, 12, 0, x'00');
            INSERT INTO sessions SELECT document, session, max(sequence), revision, hash FROM operations WHERE revision <= {deleted} GROUP BY session;
            DELETE FROM operations WHERE revision <= {deleted}
            """);

        using var log = Open();
        await Assert.ThrowsAsync<HistoryTrimmedException>(async () => await log.ReadAsync(Document, new Revision(11), 10, long.MaxValue, default));
        AssertSame(Enumerable.Range(13, 18).Select(revision => Record(revision, $"s{revision % 4}")), await log.ReadAsync(Document, new Revision(12), 100, long.MaxValue, default));
        for (var remains = true; remains;)
        {
            Assert.Equal([12, 9, 10, 11], (await log.ReadStartAsync(Document, default))!.Sessions.Select(applied => applied.Revision.Value));
            remains = await log.TrimAsync(Document, new Revision(12), 4, default);
        }

        Assert.Equal([12, 9, 10, 11], (await log.ReadStartAsync(Document, default))!.Sessions.Select(applied => applied.Sequence));
        Assert.Equal(28, (await log.FindAsync(Document, new SessionId("s0"), null, default))!.Revision.Value);
        Assert.Null(await log.FindAsync(Document, new SessionId("s0"), 8, default));
    }

    [Theory]
    [InlineData("DELETE FROM operations WHERE revision = 20", "has no operation 20")]
    [InlineData("UPDATE operations SET encoded = x'00' WHERE revision = 20", "Operation 20 of document d1 in .* is damaged: its checksum")]
    public async Task What_was_damaged_before_is_still_noticed_and_what_comes_before_it_is_read(string damage, string told)
    {
        SqliteVersions.WriteFifth(FilePath, [(Document, Enumerable.Range(1, 30).Select(revision => Record(revision)))], damage);

        using var log = Open();
        var failure = await Assert.ThrowsAsync<LogUnavailableException>(() => log.ReadAllAsync(Document));
        Assert.Equal(LogFault.Corrupt, failure.Fault);
        Assert.Matches(told, failure.Message);
        AssertSame(Enumerable.Range(1, 19).Select(revision => Record(revision)), await log.ReadAsync(Document, Revision.Zero, 19, long.MaxValue, default));
        AssertSame(Enumerable.Range(21, 10).Select(revision => Record(revision)), await log.ReadAsync(Document, new Revision(20), 100, long.MaxValue, default));
    }

    private SqliteOperationLog Open() => SqliteOperationLog.Open(new LogOptions { Path = FilePath }, NullLogger<SqliteOperationLog>.Instance);
}
