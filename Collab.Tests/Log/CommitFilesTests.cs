using System.Buffers.Binary;
using Collab.Contracts;
using Collab.Grains.Log;
using Collab.Grains.Log.Sqlite;
using static Collab.Tests.Log.Samples;

namespace Collab.Tests.Log;

/// <summary>The commit journal's files, cut off and damaged at every byte.</summary>
public sealed class CommitFilesTests : IDisposable
{
    private const long Generation = 0x1122334455667788;
    private const int Commits = 4;

    private readonly string _folder = Directory.CreateTempSubdirectory("collab-commits-").FullName;

    private string Database => Path.Combine(_folder, SqliteImage.Database);

    private string FirstFile => CommitFiles.Of(Database)[0];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Commits_are_read_back_as_they_were_appended_across_both_files()
    {
        using var journal = new CommitJournal(Database, Generation, number: 7, DiskSync.Flush);
        List<(long Number, int Bytes, LogAppend[] Appends)> appended = [];
        for (var revision = 1; revision <= 24; revision++)
        {
            LogAppend[] appends = [Append(3, Record(revision, size: 500_000)), Append(1, Record(1), Record(2, size: 0)) with { Document = new DocumentId("other") }];
            Assert.True(journal.HasRoomFor(appends, applied: 7));
            var commit = journal.Append(appends);
            appended.Add((commit.Number, commit.Bytes, appends));
        }

        var (read, damage) = CommitFiles.Read(Database, Generation, applied: 7);

        Assert.Null(damage);
        Assert.Equal(appended.Select(commit => (commit.Number, commit.Bytes)), read.Select(commit => (commit.Number, commit.Bytes)));
        foreach (var (one, other) in appended.Zip(read).SelectMany(pair => pair.First.Appends.Zip(pair.Second.Read().Select(append => append.Decode()))))
        {
            Assert.Equal((one.Document, one.Epoch, one.At), (other.Document, other.Epoch, other.At));
            AssertSame(one.Records, [.. other.Records]);
        }

        Assert.Empty(CommitFiles.Read(Database, Generation + 1, applied: 7).Commits);
        Assert.Equal(4, CommitFiles.Read(Database, Generation, applied: 27).Commits.Count);
    }

    [Fact]
    public void A_file_is_written_over_only_when_the_tables_have_all_that_it_holds()
    {
        using var journal = new CommitJournal(Database, Generation, number: 0, DiskSync.Flush);
        LogAppend[] large = [Append(1, Record(1, size: 3 << 20))];
        for (var number = 1; number <= 4; number++)
            journal.Append(large);

        Assert.False(journal.HasRoomFor(large, applied: 1));
        Assert.True(journal.HasRoomFor(large, applied: 2));
        Assert.True(journal.HasRoomFor([Append(1, Record(1))], applied: 0));
        Assert.False(journal.HasRoomFor([Append(1, Record(1, size: CommitJournal.SegmentBytes))], applied: 4));

        journal.Append(large);
        var (commits, damage) = CommitFiles.Read(Database, Generation, applied: 2);
        Assert.Equal((null, 3), (damage, commits.Count));
        Assert.All(CommitFiles.Of(Database), path => Assert.True(new FileInfo(path).Length <= CommitJournal.SegmentBytes));
    }

    [Fact]
    public void Cut_off_anywhere_the_file_has_the_commits_before()
    {
        var (bytes, ends) = Write();
        for (var length = 0; length <= ends[^1].Frame; length++)
        {
            File.WriteAllBytes(FirstFile, bytes[..length]);
            var (commits, damage) = CommitFiles.Read(Database, Generation, applied: 0);
            Assert.Null(damage);
            Assert.Equal(ends.Count(end => end.Content <= length), commits.Count);
        }
    }

    [Fact]
    public void A_changed_byte_ends_the_journal_in_its_last_commit_and_is_told_before()
    {
        var (bytes, ends) = Write();
        var start = 0;
        for (var number = 1; number <= Commits; number++)
        {
            var (frame, content) = ends[number - 1];
            for (var position = start; position < frame; position++)
            {
                var changed = bytes.ToArray();
                changed[position] ^= (byte)(1 << (position % 8));
                File.WriteAllBytes(FirstFile, changed);
                var (commits, damage) = CommitFiles.Read(Database, Generation, applied: 0);
                // The last four bytes of the header and the zeros behind the appends say nothing.
                if (position >= content || position - start is >= 28 and < CommitFrame.HeaderBytes)
                    Assert.Equal((null, Commits), (damage, commits.Count));
                else if (number == Commits)
                    Assert.Equal((null, Commits - 1), (damage, commits.Count));
                else
                    Assert.StartsWith($"{FirstFile} is damaged at byte {start} or is not of this database: commit {number} is not sound, and commit {number + 1} at byte {frame}", damage);
                Assert.Equal(commits.Count, CommitFiles.Read(Database, Generation, applied: 0).Commits.Select(commit => commit.Number).Distinct().Count());
            }

            start = frame;
        }
    }

    [Fact]
    public void Damage_to_what_the_tables_have_does_not_matter()
    {
        var (bytes, ends) = Write();
        Array.Clear(bytes, 0, ends[1].Frame);
        File.WriteAllBytes(FirstFile, bytes);
        var (commits, damage) = CommitFiles.Read(Database, Generation, applied: 2);
        Assert.Null(damage);
        Assert.Equal([3L, 4L], commits.Select(commit => commit.Number));
    }

    /// <returns>The first file, and where each commit's frame and its content end.</returns>
    private (byte[] Bytes, List<(int Frame, int Content)> Ends) Write()
    {
        using var journal = new CommitJournal(Database, Generation, number: 0, DiskSync.Flush);
        List<(int, int)> ends = [];
        var end = 0;
        for (var number = 1; number <= Commits; number++)
        {
            var start = end;
            end += journal.Append([Append(1, Record(number, size: 300 * number))]).Bytes;
            ends.Add((end, start));
        }

        var bytes = SqliteImage.ReadShared(FirstFile);
        return (bytes[..(end + 4096)], [.. ends.Select(one => (one.Item1, one.Item2 + CommitFrame.HeaderBytes + BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(one.Item2 + 4))))]);
    }
}
