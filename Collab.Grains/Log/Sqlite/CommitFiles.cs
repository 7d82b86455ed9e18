namespace Collab.Grains.Log.Sqlite;

/// <summary>The commit journal's files, beside the database: read whole, after a crash or by a visitor.</summary>
internal static class CommitFiles
{
    public static string[] Of(string database) => [database + ".commits-1", database + ".commits-2"];

    public static bool Exist(string database) => Of(database).Any(File.Exists);

    public static void Delete(string database)
    {
        foreach (var path in Of(database))
            File.Delete(path);
    }

    /// <summary>What the journal has and the database has not.</summary>
    /// <param name="applied">The newest commit that the database has.</param>
    /// <returns>The commits after it, in order; and what is wrong, or null: then these are all that was ever acknowledged.</returns>
    /// <remarks>
    /// Each commit is synced before the next is written. So a frame that is torn is the last one, and nobody was told of it; but when a sound frame comes <em>after</em> a missing
    /// one, then the missing one was acknowledged, and the disk has damaged it since. Damage in the very last commit looks like a power loss, as in <see cref="SqliteWriteAheadLog"/>.
    /// </remarks>
    public static (IReadOnlyList<Commit> Commits, string? Damage) Read(string database, long generation, long applied)
    {
        SortedDictionary<long, (Commit Commit, string Path, long Position)> found = [];
        foreach (var path in Of(database).Where(File.Exists))
        {
            var bytes = ReadShared(path);
            for (var position = 0; position < bytes.Length;)
            {
                var commit = CommitFrame.Read(bytes.AsMemory(position), generation);
                if (commit is { } sound && sound.Number > applied)
                    found[sound.Number] = (sound, path, position);
                position += commit?.Bytes ?? CommitFrame.SectorBytes;
            }
        }

        List<Commit> following = [];
        var (end, endPath) = (0L, Of(database)[0]);
        foreach (var (number, (commit, path, position)) in found)
        {
            if (number != applied + following.Count + 1)
            {
                return (following,
                    $"{endPath} is damaged at byte {end} or is not of this database: commit {applied + following.Count + 1} is not sound, and commit {number} at byte {position} of {path} comes after it, so it was acknowledged");
            }

            following.Add(commit);
            (end, endPath) = (position + commit.Bytes, path);
        }

        return (following, null);
    }

    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[Math.Min(file.Length, CommitJournal.SegmentBytes)];
        var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return read == bytes.Length ? bytes : bytes[..read];
    }
}
