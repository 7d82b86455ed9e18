using System.Buffers.Binary;

namespace Collab.Grains.Log.Sqlite;

/// <summary>Looks at a write-ahead log before SQLite recovers it.</summary>
/// <remarks>
/// <para>SQLite recovers the log up to the first frame whose checksum is wrong and drops the rest in silence: for what a power loss leaves of a commit that
/// nobody was told of, that is right. But each commit is synced before the next begins (<c>synchronous=FULL</c>), so when a whole commit and a further frame
/// come <em>after</em> the wrong frame, then what is dropped was acknowledged, and the disk has damaged it since.</para>
/// <para>Damage in the very last commit looks like a power loss, and a log that was cut off looks like a shorter one; neither can be told.
/// The format: <see href="https://www.sqlite.org/fileformat2.html#walformat"/>.</para>
/// </remarks>
internal static class SqliteWriteAheadLog
{
    private const int HeaderBytes = 32;
    private const int FrameHeaderBytes = 24;

    /// <returns>What is wrong and how much would be dropped, or null.</returns>
    public static string? FindDamage(string databasePath)
    {
        var path = databasePath + "-wal";
        if (!File.Exists(path))
            return null;
        using var file = File.OpenRead(path);
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (file.Length < HeaderBytes + FrameHeaderBytes)
            return null;
        file.ReadExactly(header);
        return FindDamage(file, header, path);
    }

    private static string? FindDamage(FileStream file, ReadOnlySpan<byte> header, string path)
    {
        var sums = new Checksum(isBigEndian: (header[3] & 1) == 1);
        var pageBytes = (int)BinaryPrimitives.ReadUInt32BigEndian(header[8..]);
        sums.Add(header[..24]);
        var isSound = sums.Is(header[24..]);
        // A damaged header tells nothing; every page is the size that Collab's files have always had.
        if (!isSound && (pageBytes is < 512 or > 65536 || !int.IsPow2(pageBytes)))
            pageBytes = 4096;
        ulong? salts = isSound ? BinaryPrimitives.ReadUInt64BigEndian(header[16..]) : null;
        var wrongAt = isSound ? -1 : 0L;
        var (hasCommit, isDropped) = (false, false);
        var frame = new byte[FrameHeaderBytes + pageBytes];
        while (file.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false) == frame.Length)
        {
            var frameSalts = BinaryPrimitives.ReadUInt64BigEndian(frame.AsSpan(8));
            salts ??= frameSalts;
            if (frameSalts != salts)
            {
                // Either the end, where an earlier generation's frames begin, or this frame's own salts are what is damaged.
                wrongAt = wrongAt < 0 ? file.Position - frame.Length : wrongAt;
                continue;
            }

            if (wrongAt < 0)
            {
                sums.Add(frame.AsSpan(0, 8));
                sums.Add(frame.AsSpan(FrameHeaderBytes));
                if (!sums.Is(frame.AsSpan(16)))
                    wrongAt = file.Position - frame.Length;
            }

            // The first commit from the wrong place on may be the one that was under way; anything after it says that it was not.
            isDropped |= hasCommit;
            hasCommit |= wrongAt >= 0 && IsCommit(frame);
        }

        return isDropped
            ? $"{path} is damaged at byte {wrongAt}, and whole commits come after it: SQLite would drop them, although they were acknowledged"
            : null;

        // The size of the database in pages after the commit; 0 in the frames before its last.
        static bool IsCommit(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt32BigEndian(frame[4..]) != 0;
    }

    /// <summary>The cumulative checksum of the format: two sums over 32-bit words, pair by pair.</summary>
    private struct Checksum(bool isBigEndian)
    {
        private uint _first;
        private uint _second;

        public void Add(ReadOnlySpan<byte> bytes)
        {
            for (; bytes.Length >= 8; bytes = bytes[8..])
            {
                _first += Word(bytes) + _second;
                _second += Word(bytes[4..]) + _first;
            }
        }

        public readonly bool Is(ReadOnlySpan<byte> stored) =>
            BinaryPrimitives.ReadUInt32BigEndian(stored) == _first && BinaryPrimitives.ReadUInt32BigEndian(stored[4..]) == _second;

        private readonly uint Word(ReadOnlySpan<byte> bytes) =>
            isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }
}
