using System.Collections.Immutable;
using Collab.Contracts.Documents;
using Npgsql;
using static Collab.Grains.Log.LogRows;

namespace Collab.Grains.Log.Postgres;

/// <summary>Everything that is read. A statement sees one consistent state, and waits for no writer.</summary>
/// <param name="name">The database, for messages.</param>
internal sealed class PostgresReads(NpgsqlConnection connection, string name, CancellationToken cancellation)
{
    public const string DescribeSql =
        "SELECT id, kind, policy, title, created_at, modified_at, revision, epoch, start, key FROM documents WHERE id = $1";

    // The minute leads to the rows by the index, which gives them in the order of minutes; within one they are sorted.
    public const string ListSql =
        """
        SELECT id, kind, policy, title, created_at, modified_at, revision, epoch, start, key FROM documents
        WHERE modified_minute <= $1 / 60000 AND (modified_at, key) < ($1, $2) ORDER BY modified_minute DESC, modified_at DESC, key DESC LIMIT $3
        """;

    // Head and start come with every row, so that one state tells all of it. The size of a long operation is known without reading it, so those
    // beyond the limit of bytes are not even fetched.
    public const string ReadSql =
        """
        SELECT o.revision, o.session, o.sequence, o.hash, o.encoded, o.checksum, d.revision, d.start
        FROM documents AS d LEFT JOIN LATERAL (
            SELECT *, coalesce(sum(octet_length(encoded)) OVER (ORDER BY revision ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS bytes
            FROM (SELECT * FROM operations WHERE document = d.key AND revision > $2 ORDER BY revision LIMIT $3) AS chunk) AS o ON o.bytes < $4
        WHERE d.id = $1 ORDER BY o.revision
        """;

    public const string FindSql =
        """
        SELECT session, sequence, revision, hash FROM operations
            WHERE document = (SELECT key FROM documents WHERE id = $1) AND session = $2 AND sequence = $3
        UNION ALL SELECT session, sequence, revision, hash FROM sessions
            WHERE document = (SELECT key FROM documents WHERE id = $1) AND session = $2 AND sequence = $3
        LIMIT 1
        """;

    public const string FindNewestSql =
        """
        (SELECT session, sequence, revision, hash FROM operations
            WHERE document = (SELECT key FROM documents WHERE id = $1) AND session = $2 ORDER BY sequence DESC LIMIT 1)
        UNION ALL SELECT session, sequence, revision, hash FROM sessions
            WHERE document = (SELECT key FROM documents WHERE id = $1) AND session = $2
        ORDER BY sequence DESC LIMIT 1
        """;

    public const string SnapshotSql =
        """
        SELECT revision, hash, content, at, length, checksum FROM snapshots
        WHERE document = (SELECT key FROM documents WHERE id = $1) AND revision <= $2 ORDER BY revision DESC LIMIT 1
        """;

    public const string SnapshotsSql =
        "SELECT revision, at, octet_length(content)::bigint FROM snapshots WHERE document = (SELECT key FROM documents WHERE id = $1) ORDER BY revision";

    public const string StartSessionsSql =
        """
        SELECT DISTINCT ON (session) session, sequence, revision, hash FROM (
            SELECT session, sequence, revision, hash FROM sessions WHERE document = (SELECT key FROM documents WHERE id = $1)
            UNION ALL
            SELECT session, sequence, revision, hash FROM operations WHERE document = (SELECT key FROM documents WHERE id = $1) AND revision <= $2) AS known
        ORDER BY session, sequence DESC
        """;

    // A read asks for so many rows at once: half a megabyte of usual operations, and a few milliseconds.
    private const int ChunkOperations = 4096;

    public async Task<DocumentDescription?> DescribeAsync(DocumentId id)
    {
        await using var command = connection.Command(DescribeSql, id.Value);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? Description(row) : null;
    }

    public async Task<(ImmutableArray<DocumentDescription> Documents, string? Next)> ListAsync(ListCursor after, int limit)
    {
        var documents = ImmutableArray.CreateBuilder<DocumentDescription>();
        await using var command = connection.Command(ListSql, after.ModifiedAt, after.Key, limit + 1L);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var key = 0L;
        while (await row.ReadAsync(cancellation))
        {
            if (documents.Count == limit)
                return (documents.ToImmutable(), ListCursor.After(documents[^1], key).ToString());
            documents.Add(Description(row));
            key = row.GetInt64(9);
        }

        return (documents.ToImmutable(), null);
    }

    /// <exception cref="LogUnavailableException">A revision is missing, or a record is not what was written: the database is damaged.</exception>
    /// <exception cref="HistoryTrimmedException"><paramref name="from"/> is before the start.</exception>
    public async Task<ImmutableArray<LogRecord>> ReadAsync(DocumentId id, Revision from, int limit, long bytesLimit)
    {
        var records = ImmutableArray.CreateBuilder<LogRecord>();
        for (var bytes = 0L; ;)
        {
            var chunk = Math.Min(ChunkOperations, limit - records.Count);
            var before = records.Count;
            var end = await ReadChunkAsync(id, from + before, chunk, bytesLimit - bytes, records);
            for (var i = before; i < records.Count; i++)
                bytes += records[i].Encoded.Length;
            if (records.Count >= limit || bytes >= bytesLimit || from + records.Count >= end)
                return records.ToImmutable();
            if (records.Count - before < chunk)
                throw Missing(id, from + (records.Count + 1), $"although its newest is {end}");
        }
    }

    public async Task<AppliedSequence?> FindAsync(DocumentId id, SessionId session, long? sequence)
    {
        await using var command = sequence is { } wanted ? connection.Command(FindSql, id.Value, session.Value, wanted) : connection.Command(FindNewestSql, id.Value, session.Value);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? Applied(row) : null;
    }

    public async Task<LogSnapshot?> SnapshotAsync(DocumentId id, Revision atOrBefore)
    {
        await using var command = connection.Command(SnapshotSql, id.Value, atOrBefore.Value);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        if (!await row.ReadAsync(cancellation))
            return null;
        var snapshot = new LogSnapshot(new Revision(row.GetInt64(0)), unchecked((uint)row.GetInt64(1)), row.GetFieldValue<byte[]>(2), Time(row.GetInt64(3)));
        return snapshot.Verified(id, row.GetInt64(4), unchecked((uint)row.GetInt32(5)));
    }

    public async Task<ImmutableArray<SnapshotEntry>> SnapshotsAsync(DocumentId id)
    {
        var snapshots = ImmutableArray.CreateBuilder<SnapshotEntry>();
        await using var command = connection.Command(SnapshotsSql, id.Value);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
            snapshots.Add(new(new Revision(row.GetInt64(0)), Time(row.GetInt64(1)), row.GetInt64(2)));
        return snapshots.ToImmutable();
    }

    public async Task<LogStart?> StartAsync(DocumentId id)
    {
        if (await DescribeAsync(id) is not { Start: { Value: > 0 } start })
            return null;
        var sessions = ImmutableArray.CreateBuilder<AppliedSequence>();
        await using (var command = connection.Command(StartSessionsSql, id.Value, start.Value))
        await using (var row = await command.ExecuteReaderAsync(cancellation))
        {
            while (await row.ReadAsync(cancellation))
                sessions.Add(Applied(row));
        }

        return await SnapshotAsync(id, start) is { } snapshot && snapshot.Revision == start
            ? new(snapshot, sessions.ToImmutable())
            : throw new LogUnavailableException($"Document {id} has no snapshot at its start, revision {start}, in {name}; the database is damaged.", fault: LogFault.Corrupt);
    }

    /// <summary>Adds what comes next, and returns the document's newest revision (0 when there is no such document).</summary>
    private async Task<Revision> ReadChunkAsync(DocumentId id, Revision from, int limit, long bytesLimit, ImmutableArray<LogRecord>.Builder records)
    {
        await using var command = connection.Command(ReadSql, id.Value, from.Value, (long)limit, bytesLimit);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var head = Revision.Zero;
        for (var expected = from.Next; await row.ReadAsync(cancellation); expected = expected.Next)
        {
            head = new Revision(row.GetInt64(6));
            HistoryTrimmedException.ThrowIfBefore(id, from, new Revision(row.GetInt64(7)));
            if (row.IsDBNull(0))
                break;
            var record = Record(row);
            if (record.Revision != expected)
                throw Missing(id, expected, $"but {record.Revision}");
            records.Add(LogChecksum.Verified(id, record, unchecked((uint)row.GetInt32(5)), name));
        }

        return head;
    }

    private LogUnavailableException Missing(DocumentId id, Revision revision, string seen) =>
        new($"Document {id} has no operation {revision} in {name}, {seen}; the database is damaged.", fault: LogFault.Corrupt);
}
