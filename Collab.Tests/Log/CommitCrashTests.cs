using System.Globalization;
using Collab.Contracts;
using Collab.Grains.Log;
using Collab.Grains.Log.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;
using static Collab.Tests.Log.Samples;

namespace Collab.Tests.Log;

/// <summary>
/// A log that loses power again and again, at a random point of a random history: between two commits, or within one, of which any of the sectors may have reached the disk. And disks
/// that fail to sync, and go on. Whatever was acknowledged is there afterwards, once, and what was not is there whole or not at all.
/// </summary>
public sealed class CommitCrashTests(ITestOutputHelper output) : IDisposable
{
    private const int Lives = 25;

    private static readonly DocumentId[] Documents = [new("a"), new("b"), new("c")];

    private readonly string _folder = Directory.CreateTempSubdirectory("collab-lives-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(20261122)]
    [InlineData(20261123)]
    public async Task Whatever_was_acknowledged_survives_any_loss_of_power(int seed)
    {
        output.WriteLine($"Seed {seed}.");
        var random = new Random(seed);
        var known = Documents.ToDictionary(document => document, _ => new List<LogRecord>());
        SqliteImage? image = null;
        var (inDoubt, survived, failed) = (0, 0, 0);
        for (var life = 0; life < Lives; life++)
        {
            var path = image?.WriteTo(Path.Combine(_folder, "a" + (life % 2))) ?? Path.Combine(_folder, "a0", SqliteImage.Database);
            var outage = new Outage(path, random);
            using var log = SqliteOperationLog.Open(
                new LogOptions { Path = path }, NullLogger<SqliteOperationLog>.Instance, new CommitSettings { ApplyAfter = TimeSpan.FromHours(1), Sync = _ => outage.Sync() });
            var writers = new Dictionary<DocumentId, long>();
            foreach (var document in Documents)
                writers[document] = await OpenAsync(log, document, known[document], $"seed {seed}, life {life}");

            for (var steps = random.Next(1, 25); steps > 0; steps--)
            {
                var document = Documents[random.Next(Documents.Length)];
                switch (random.Next(10))
                {
                    case 0:
                        writers[document] = await OpenAsync(log, document, known[document], $"seed {seed}, life {life}");
                        break;
                    case 1:
                        AssertSame(known[document], await log.ReadAllAsync(document));
                        break;
                    case 2 when known[document].Count > 0:
                        await log.WriteSnapshotAsync(document, Snapshot(random.Next(1, known[document].Count + 1)), 1000, default);
                        break;
                    case 3:
                        outage.FailsNext = true;
                        goto default;
                    default:
                        var appends = Appends(random, known, writers);
                        try
                        {
                            Assert.All(await log.AppendAsync(appends, default), outcome => Assert.Equal(AppendOutcome.Durable, outcome));
                        }
                        catch (LogUnavailableException failure) when (failure.Message.Contains(Outage.Told, StringComparison.Ordinal))
                        {
                            // As CommitQueue does.
                            failed++;
                            Assert.All(await log.AppendAsync(appends, default), outcome => Assert.Equal(AppendOutcome.Durable, outcome));
                        }

                        foreach (var append in appends)
                            known[append.Document].AddRange(append.Records);
                        break;
                }
            }

            // The power goes now, or while one more commit is synced.
            image = null;
            if (random.Next(3) > 0)
            {
                inDoubt++;
                outage.TakesImage = true;
                var last = Appends(random, known, writers);
                await log.AppendAsync(last, default);
                image = outage.Image;
                if (image is not null && await IsThereAsync(image, last))
                {
                    survived++;
                    foreach (var append in last)
                        known[append.Document].AddRange(append.Records);
                }
            }

            // Nothing is written meanwhile: nobody asks for what is pending, and nothing is old.
            image ??= SqliteImage.Of(path);
        }

        output.WriteLine($"{known.Values.Sum(records => records.Count)} operations; {inDoubt} commits in doubt, of which {survived} came through; {failed} syncs failed.");
        Assert.True(known.Values.Sum(records => records.Count) > Lives, "This run has tested nothing.");
    }

    /// <summary>What the log has must be what is known; then somebody takes the document over.</summary>
    private static async Task<long> OpenAsync(SqliteOperationLog log, DocumentId document, List<LogRecord> known, string when)
    {
        var (created, _) = await log.CreateAsync(document, Text, Time, null, default);
        Assert.True(known.Count == created.Revision.Value, $"{document} is at revision {created.Revision}, {known.Count} were acknowledged ({when}).");
        AssertSame(known, await log.ReadAllAsync(document));
        return (await log.OpenAsync(document, default))!.Epoch;
    }

    private static LogAppend[] Appends(Random random, Dictionary<DocumentId, List<LogRecord>> known, Dictionary<DocumentId, long> epochs) =>
    [
        .. Documents.OrderBy(_ => random.Next()).Take(random.Next(1, Documents.Length + 1)).Select(document =>
        {
            var head = known[document].Count;
            var records = Enumerable.Range(head + 1, random.Next(1, 4)).Select(revision => Record(revision, string.Create(CultureInfo.InvariantCulture, $"s{revision % 3}"), size: random.Next(20, 3000)));
            return new LogAppend(document, epochs[document], [.. records], Time.AddSeconds(head));
        }),
    ];

    private async Task<bool> IsThereAsync(SqliteImage image, LogAppend[] appends)
    {
        using var log = SqliteOperationLog.Open(new LogOptions { Path = image.WriteTo(Path.Combine(_folder, "look")) }, NullLogger<SqliteOperationLog>.Instance);
        List<bool> found = [];
        foreach (var append in appends)
            found.Add((await log.DescribeAsync(append.Document, default))!.Revision == append.Records[^1].Revision);
        Assert.True(found.Distinct().Count() == 1, "Half of a commit is there.");
        return found[0];
    }

    /// <summary>Stands in for the disk's sync.</summary>
    private sealed class Outage(string path, Random random)
    {
        public const string Told = "The disk did not sync.";

        private Dictionary<string, byte[]> _synced = [];

        public bool FailsNext { get; set; }

        public bool TakesImage { get; set; }

        public SqliteImage? Image { get; private set; }

        public void Sync()
        {
            var written = SqliteImage.Of(path);
            if (TakesImage)
                (TakesImage, Image) = (false, Torn(written));
            _synced = CommitFiles.Of(path).Where(File.Exists).ToDictionary(file => Path.GetFileName(file), SqliteImage.ReadShared);
            if (FailsNext)
            {
                FailsNext = false;
                throw new IOException(Told);
            }
        }

        /// <summary>Of what was written since the last sync, each sector is on the disk or not.</summary>
        private SqliteImage Torn(SqliteImage written)
        {
            var files = new Dictionary<string, byte[]>(written.Files);
            foreach (var file in CommitFiles.Of(path).Select(file => Path.GetFileName(file)).Where(files.ContainsKey))
            {
                var (now, before) = (files[file].ToArray(), _synced.GetValueOrDefault(file, []));
                var lossOf100 = random.Next(0, 101);
                for (var sector = 0; sector < now.Length; sector += 512)
                {
                    var length = Math.Min(512, now.Length - sector);
                    var old = sector + length <= before.Length ? before.AsSpan(sector, length) : new byte[length];
                    if (!now.AsSpan(sector, length).SequenceEqual(old) && random.Next(100) < lossOf100)
                        old.CopyTo(now.AsSpan(sector));
                }

                files[file] = now;
            }

            return new SqliteImage(files);
        }
    }
}
