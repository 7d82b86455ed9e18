using Collab.Contracts;
using Collab.Grains.Log;
using Collab.Grains.Log.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;
using static Collab.Tests.Log.Samples;

namespace Collab.Tests.Log;

/// <summary>Operations that lie in a row together are found, given up and noticed to be damaged one by one.</summary>
public sealed class StretchTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("collab-stretches-").FullName;

    private string FilePath => Path.Combine(_folder, "collab.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Changed_at_any_byte_or_cut_off_anywhere_it_gives_what_was_written_or_an_error()
    {
        LogRecord[] records = [Record(7, "ann", 1), Record(8, "bob", 5, size: 0), Record(9, "ann", 2), Record(10, "api-x", long.MaxValue), Record(11, "bob", 6)];
        StretchWriter writer = new();
        foreach (var record in records)
            Assert.True(writer.TryAdd(JournalRecord.Of(record), LogChecksum.Of(Document, record)));
        var written = writer.Operations.ToArray();
        Assert.Equal(records.Length, Read(written));

        var errors = 0;
        for (var i = 0; i < written.Length; i++)
        {
            foreach (var bit in (int[])[1, 0x80])
            {
                var changed = written.ToArray();
                changed[i] ^= (byte)bit;
                Assert.Null(Read(changed));
            }

            errors += Read(written[..i]) is null ? 1 : 0;
        }

        // Between two operations nothing is wrong that the stretch alone could tell.
        Assert.Equal(written.Length - records.Length, errors);

        // How many are as they were; null when it then says that one is not.
        int? Read(byte[] bytes)
        {
            var read = 0;
            try
            {
                foreach (var record in new StretchReader(Document, 7, bytes, "here").ReadAfter(0))
                    Assert.True(record.IsSameAs(records[read++]), $"Operation {record.Revision} is another one.");
                return read;
            }
            catch (LogUnavailableException damage) when (damage.Fault == LogFault.Corrupt)
            {
                Assert.StartsWith($"Operation {7 + read} of document {Document} in here is damaged", damage.Message, StringComparison.Ordinal);
                return null;
            }
        }
    }

    [Fact]
    public void A_sequence_that_does_not_rise_is_not_taken_and_leaves_no_trace()
    {
        StretchWriter writer = new();
        Assert.True(writer.TryAdd(JournalRecord.Of(Record(1, sequence: 5)), 1));
        var written = writer.Operations.ToArray();
        Assert.False(writer.TryAdd(JournalRecord.Of(Record(2, sequence: 5)), 2));
        Assert.Equal(written, writer.Operations.ToArray());
        Assert.Equal((1, 1, 5), (writer.First, writer.Last, Assert.Single(writer.Sessions).Newest.Sequence));
    }

    [Theory]
    [InlineData(20261201)]
    [InlineData(20261202)]
    [InlineData(20261203)]
    [InlineData(20261204)]
    public async Task However_they_came_to_lie_together_the_log_answers_as_one_in_memory_does(int seed)
    {
        output.WriteLine($"Seed {seed}.");
        var random = new Random(seed);
        var memory = new MemoryOperationLog();
        var sqlite = Open(random);
        try
        {
            IOperationLog[] both = [memory, sqlite];
            foreach (var log in both)
                await log.OpenNewAsync(Document);
            var (head, start, sequences) = (0, 0, new Dictionary<string, long>());
            for (var step = 0; step < 300; step++)
            {
                var when = $"seed {seed}, step {step}";
                switch (random.Next(12))
                {
                    case 0:
                        sqlite.Dispose();
                        both[1] = sqlite = Open(random);
                        break;
                    case 1:
                        await sqlite.ListAsync(null, 1, default);
                        break;
                    case 2 when head > start:
                        start = random.Next(start + 1, head + 1);
                        foreach (var log in both)
                            await log.WriteSnapshotAsync(Document, Snapshot(start), 1, default);
                        await TrimAsync(when);
                        break;
                    case 3 when start > 0:
                        await TrimAsync(when);
                        break;
                    case 4:
                        var anybody = new SessionId($"s{random.Next(6)}");
                        await AreSameAsync(log => log.FindAsync(Document, anybody, null, default), found => [found], when);
                        break;
                    case 5 or 6:
                        var session = $"s{random.Next(6)}";
                        var sequence = random.NextInt64(1, sequences.GetValueOrDefault(session, 1) + 2);
                        await AreSameAsync(log => log.FindAsync(Document, new SessionId(session), sequence, default), found => [found], when);
                        break;
                    case 7 or 8:
                        var (from, count, bytes) = (random.Next(start, head + 1), random.Next(1, 200), random.NextInt64(1, 40_000));
                        await AreSameAsync(
                            log => log.ReadAsync(Document, new Revision(from), count, bytes, default),
                            found => found.Select(record => (object?)(record.Applied, Convert.ToHexString(record.Encoded.Span))),
                            when);
                        break;
                    default:
                        var records = Enumerable.Range(head + 1, random.Next(1, 40)).Select(revision =>
                        {
                            var by = $"s{random.Next(random.Next(1, 6))}";
                            sequences[by] = sequences.GetValueOrDefault(by) + random.Next(1, 3);
                            return Record(revision, by, sequences[by], random.Next(30) == 0 ? 20_000 : 100);
                        }).ToArray();
                        head += records.Length;
                        foreach (var log in both)
                        {
                            Assert.Equal(AppendOutcome.Durable, await log.AppendAsync(1, records));
                            Assert.Equal(AppendOutcome.Invalid, await log.AppendAsync(1, Record(head + 1, "new", 1), records[0] with { Revision = new Revision(head + 2) }));
                        }

                        break;
                }
            }

            output.WriteLine($"{head} operations, {start} of them given up.");
            Assert.True(start > 0, "This run has given up nothing.");

            async Task TrimAsync(string when)
            {
                var limit = random.Next(1, 60);
                await AreSameAsync(log => log.TrimAsync(Document, new Revision(start), limit, default), remains => [remains], when);
                await AreSameAsync(log => log.ReadStartAsync(Document, default), found => found!.Sessions.OrderBy(applied => applied.Session.Value, StringComparer.Ordinal), when);
            }

            async Task AreSameAsync<T>(Func<IOperationLog, ValueTask<T>> ask, Func<T, IEnumerable<object?>> shown, string when)
            {
                var (expected, found) = (shown(await ask(memory)), shown(await ask(sqlite)));
                Assert.True(expected.SequenceEqual(found), $"In memory: {string.Join(", ", expected)}. In SQLite: {string.Join(", ", found)} ({when}).");
            }
        }
        finally
        {
            sqlite.Dispose();
        }
    }

    // Brought into the tables when somebody asks, or after a moment.
    private SqliteOperationLog Open(Random random) => SqliteOperationLog.Open(
        new LogOptions { Path = FilePath }, NullLogger<SqliteOperationLog>.Instance, new CommitSettings { ApplyAfter = random.Next(2) == 0 ? TimeSpan.FromHours(1) : TimeSpan.FromMilliseconds(5) });
}
