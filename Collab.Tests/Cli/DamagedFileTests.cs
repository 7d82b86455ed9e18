using Collab.Cli;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Grains.Documents;
using Collab.Grains.Log;
using Collab.Grains.Log.Sqlite;
using Collab.Operations.RichText;
using Collab.Operations.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace Collab.Tests.Cli;

/// <summary>
/// Files damaged at random: bits flipped, sectors zeroed, stretches swapped, cut off. Whatever comes of it, a document is what it was at the
/// revision that it claims, or an error says where it is not. Never other text.
/// </summary>
public sealed class DamagedFileTests(ITestOutputHelper output) : IDisposable
{
    private const int Files = 300;

    private readonly string _folder = Directory.CreateTempSubdirectory("collab-damage-").FullName;

    private static readonly KnownHistory[] Histories =
    [
        new(new DocumentId("text"), TextKind.Instance, operations: 160, seed: 1),
        new(new DocumentId("rich"), RichTextKind.Instance, operations: 120, seed: 2),
    ];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(20261121)]
    public async Task A_damaged_file_is_noticed_or_harmless_and_never_other_text(int seed)
    {
        var (file, wal, journal) = await WriteAsync();
        Dictionary<string, int> seen = [];
        for (var round = 0; round < Files; round++)
        {
            var when = $"seed {seed + round}";
            var random = new Random(seed + round);
            var path = Path.Combine(_folder, "damaged.db");
            var (isFileSound, isWalSound) = random.Next(3) switch { 0 => (true, false), 1 => (false, false), _ => (false, true) };
            var isJournalSound = random.Next(3) > 0;
            await File.WriteAllBytesAsync(path, isFileSound ? file : Damage(file, random));
            // What a crash leaves beside it, whole or torn.
            await File.WriteAllBytesAsync(path + "-wal", isWalSound ? wal : Damage(wal, random));
            File.Delete(path + "-shm");
            await File.WriteAllBytesAsync(CommitFiles.Of(path)[0], isJournalSound ? journal : Damage(journal, random));
            await ReadAsync(path, isWalSound && isJournalSound, when, seen);
        }

        output.WriteLine($"{Files} files, seeds from {seed}: {string.Join(", ", seen.Select(pair => $"{pair.Key} {pair.Value}"))}");
        Assert.True(seen.GetValueOrDefault("refused") > 0 && seen.GetValueOrDefault("loaded") > 0 && seen.GetValueOrDefault("salvaged") > 0, "This run has tested next to nothing.");
    }

    private static async Task ReadAsync(string path, bool isTailSound, string when, Dictionary<string, int> seen)
    {
        SqliteOperationLog log;
        try
        {
            log = SqliteOperationLog.Open(new LogOptions { Path = path }, NullLogger<SqliteOperationLog>.Instance);
        }
        catch (LogUnavailableException failure)
        {
            Assert.Contains(path, failure.Message);
            Count("file refused");
            return;
        }

        using (log)
        {
            foreach (var history in Histories)
            {
                try
                {
                    await LoadAsync(log, history, when);
                }
                catch (LogUnavailableException failure)
                {
                    Assert.True(failure.Fault == LogFault.Corrupt, $"{when}: {failure.Message} ({failure.Fault})");
                    Count("refused");
                    await SalvageAsync(log, history, when);
                }
            }
        }

        void Count(string what) => seen[what] = seen.GetValueOrDefault(what) + 1;

        async Task LoadAsync(SqliteOperationLog log, KnownHistory history, string when)
        {
            if (await log.DescribeAsync(history.Id, default) is not { } document)
            {
                // The name or its index is gone, and an empty answer is no other text.
                Count("not found");
                return;
            }

            var loader = new DocumentLoader(log, NullLogger<DocumentLoader>.Instance);
            var (authority, _, _) = await loader.LoadAsync(document, history.Kind, new DocumentOptions(), default);
            // A write-ahead log or a commit journal that was cut off, or is damaged in its last commit, looks like one that a power loss ended: the document is shorter then, and right.
            Assert.True(
                authority.Head == history.Head || (!isTailSound && authority.Head < history.Head), $"{when}: {history.Id} loads at revision {authority.Head}, {history.Head} was acknowledged.");
            Assert.True(
                SnapshotKeeper.Encode(authority.Content).AsSpan().SequenceEqual(SnapshotKeeper.Encode(history.At(authority.Head))), $"{when}: {history.Id} has other text at revision {authority.Head}.");
            Count(authority.Head == history.Head ? "loaded" : "shorter after a damaged tail");
        }

        async Task SalvageAsync(SqliteOperationLog log, KnownHistory history, string when)
        {
            try
            {
                if (await DocumentHistory.FindAsync(log, history.Id, default) is not { } document || await Salvage.PlanAsync(document, default) is not { } plan)
                    return;
                var replay = document.ReplayFrom(plan.Start?.Snapshot);
                await foreach (var record in document.OperationsAsync(replay.Revision, plan.To, default))
                    replay.Apply(record);
                Assert.True(
                    SnapshotKeeper.Encode(replay.Content).AsSpan().SequenceEqual(SnapshotKeeper.Encode(history.At(replay.Revision))), $"{when}: {history.Id} is salvaged with other text at revision {replay.Revision}.");
                Count("salvaged");
            }
            catch (LogUnavailableException)
            {
                Count("beyond repair");
            }
        }
    }

    private async Task<(byte[] File, byte[] Wal, byte[] Journal)> WriteAsync()
    {
        var path = Path.Combine(_folder, "sound.db");
        using var log = SqliteOperationLog.Open(new LogOptions { Path = path }, NullLogger<SqliteOperationLog>.Instance, new CommitSettings { ApplyAfter = TimeSpan.FromHours(1) });
        foreach (var history in Histories)
        {
            await log.CreateAsync(history.Id, new NewDocument(history.Kind.Name, ConflictPolicy.Merge, ""), default, null, default);
            await log.OpenAsync(history.Id, default);
            await history.AppendAsync(log, 0, 80, 40, 60);
            await log.ListAsync(null, 1, default);
        }

        // A copy of the two taken while nothing is written is what SIGKILL leaves. Part of it is checkpointed into the file.
        using (var other = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path};Pooling=False"))
        {
            other.Open();
            using var checkpoint = other.CreateCommand();
            checkpoint.CommandText = "PRAGMA wal_checkpoint(PASSIVE)";
            checkpoint.ExecuteNonQuery();
        }

        foreach (var history in Histories)
            await history.AppendAsync(log, 80, (int)history.Head.Value - 40, 80);
        // In the commit journal only.
        foreach (var history in Histories)
            await history.AppendAsync(log, (int)history.Head.Value - 40, (int)history.Head.Value);
        return (await ReadSharedAsync(path), await ReadSharedAsync(path + "-wal"), Used(await ReadSharedAsync(CommitFiles.Of(path)[0])));

        // Without the zeros that it is to grow into.
        static byte[] Used(byte[] journal) => journal[..(journal.AsSpan().LastIndexOfAnyExcept((byte)0) + 1)];
    }

    private static async Task<byte[]> ReadSharedAsync(string path)
    {
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes);
        return bytes;
    }

    private static byte[] Damage(byte[] sound, Random random)
    {
        var bytes = sound.ToArray();
        switch (random.Next(5))
        {
            case 0 or 1:
                for (var flips = random.Next(1, 12); flips > 0; flips--)
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 2:
                // A sector that never reached the disk.
                Array.Clear(bytes, Sector(bytes), 512);
                return bytes;
            case 3:
                // A write that went to the wrong place.
                Array.Copy(bytes, Sector(bytes), bytes, Sector(bytes), 512);
                return bytes;
            default:
                return bytes[..random.Next(bytes.Length)];
        }

        int Sector(byte[] all) => random.Next(all.Length / 512) * 512;
    }
}
