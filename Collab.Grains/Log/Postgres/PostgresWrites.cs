using Collab.Contracts.Documents;
using Npgsql;

namespace Collab.Grains.Log.Postgres;

/// <summary>Everything that changes the log but appending, each in one transaction.</summary>
internal sealed class PostgresWrites(NpgsqlConnection connection, CancellationToken cancellation)
{
    // Not FOR UPDATE: nothing refers to a document's key, and this is the lock that an update takes.
    private const string LockSql = "SELECT key, revision, start FROM documents WHERE id = $1 FOR NO KEY UPDATE";

    private const string InsertDocumentSql =
        """
        INSERT INTO documents (id, kind, policy, title, created_at, modified_at, revision, start, epoch) VALUES ($1, $2, $3, $4, $5, $5, $6, $6, 0)
        ON CONFLICT (id) DO NOTHING
        """;

    private const string InsertSnapshotSql =
        """
        INSERT INTO snapshots (document, revision, at, length, hash, checksum, content) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (document, revision) DO UPDATE
            SET at = excluded.at, length = excluded.length, hash = excluded.hash, checksum = excluded.checksum, content = excluded.content
        """;

    private const string InsertSessionsSql =
        """
        INSERT INTO sessions (document, session, sequence, revision, hash)
        SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[])
        """;

    private static readonly string DropSnapshotsSql =
        $"""
        DELETE FROM snapshots WHERE document = $1 AND (revision < $3 OR (revision <> $3
            AND revision NOT IN (SELECT revision FROM snapshots WHERE document = $1 ORDER BY revision DESC LIMIT {LogSnapshot.Kept})
            AND EXISTS (SELECT FROM snapshots AS earlier
                WHERE earlier.document = $1 AND earlier.revision < snapshots.revision AND earlier.revision / $2 = snapshots.revision / $2)))
        """;

    // One statement: what is deleted is what is remembered.
    private const string TrimSql =
        """
        WITH gone AS (DELETE FROM operations WHERE document = $1 AND revision <= $2 RETURNING session, sequence, revision, hash)
        INSERT INTO sessions (document, session, sequence, revision, hash)
            SELECT DISTINCT ON (session) $1, session, sequence, revision, hash FROM gone ORDER BY session, sequence DESC
        ON CONFLICT (document, session) DO UPDATE SET sequence = excluded.sequence, revision = excluded.revision, hash = excluded.hash
            WHERE excluded.sequence > sessions.sequence
        """;

    public async Task<(DocumentDescription Document, bool IsNew)> CreateAsync(DocumentId id, NewDocument document, DateTimeOffset at, LogStart? start)
    {
        var from = start?.Snapshot.Revision.Value ?? 0;
        var batch = new NpgsqlBatch(connection)
            .Add("BEGIN")
            .Add(InsertDocumentSql, id.Value, document.Kind, (short)document.Policy, document.Title, at.ToUnixTimeMilliseconds(), from)
            .Add(PostgresReads.DescribeSql, id.Value);
        DocumentDescription description;
        long key;
        await using (batch)
        await using (var row = await batch.ExecuteReaderAsync(cancellation))
        {
            // Of two that create it at once, the second waits for the first's commit, and its next statement sees what that made.
            await row.ReadAsync(cancellation);
            description = LogRows.Description(row);
            key = row.GetInt64(9);
        }

        var isNew = batch.BatchCommands[1].RecordsAffected == 1;
        if (isNew && start is not null)
            await BeginAsync(key, id, start);
        await CommitAsync();
        return (description, isNew);
    }

    public async Task<DocumentDescription?> OpenAsync(DocumentId id)
    {
        await using var command = connection.Command(
            "UPDATE documents SET epoch = epoch + 1 WHERE id = $1 RETURNING id, kind, policy, title, created_at, modified_at, revision, epoch, start", id.Value);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? LogRows.Description(row) : null;
    }

    public async Task<bool> WriteSnapshotAsync(DocumentId id, LogSnapshot snapshot, long milestoneOperations)
    {
        var head = await HeadAsync("SELECT key, revision, start FROM documents WHERE id = $1", id);
        LogSnapshot.ThrowIfAhead(id, snapshot.Revision, head?.Revision);
        await connection.ExecuteAsync("BEGIN", cancellation);
        await InsertAsync(head!.Value.Key, id, snapshot);
        // The content is sent without holding the document: appends go on. What is dropped depends on the start, which must not move just then.
        var locked = (await HeadAsync(LockSql, id))!.Value;
        await connection.ExecuteAsync(DropSnapshotsSql, cancellation, locked.Key, milestoneOperations, locked.Start.Value);
        return await CommitAsync();
    }

    public async Task<bool> TrimAsync(DocumentId id, Revision to, int limit)
    {
        await connection.ExecuteAsync("BEGIN", cancellation);
        var head = await HeadAsync(LockSql, id);
        if (head is not { } document || (to > document.Start && !await HasSnapshotAsync(document.Key, to)))
            throw new InvalidOperationException($"Document {id} has no snapshot at revision {to} to start from.");
        var start = to > document.Start ? to : document.Start;
        if (start > document.Start)
        {
            await connection.ExecuteAsync("UPDATE documents SET start = $2 WHERE key = $1", cancellation, document.Key, start.Value);
            await connection.ExecuteAsync("DELETE FROM snapshots WHERE document = $1 AND revision < $2", cancellation, document.Key, start.Value);
        }

        var oldest = (long?)await connection.ScalarAsync("SELECT min(revision) FROM operations WHERE document = $1 AND revision <= $2", cancellation, document.Key, start.Value);
        var last = Math.Min(start.Value, (oldest ?? start.Value) + limit - 1);
        await connection.ExecuteAsync(TrimSql, cancellation, document.Key, last);
        await CommitAsync();
        return last < start.Value;
    }

    private async Task BeginAsync(long key, DocumentId id, LogStart start)
    {
        await InsertAsync(key, id, start.Snapshot);
        await connection.ExecuteAsync(
            InsertSessionsSql,
            cancellation,
            key,
            start.Sessions.Select(applied => applied.Session.Value).ToArray(),
            start.Sessions.Select(applied => applied.Sequence).ToArray(),
            start.Sessions.Select(applied => applied.Revision.Value).ToArray(),
            start.Sessions.Select(applied => unchecked((long)applied.SubmittedHash)).ToArray());
    }

    private Task<int> InsertAsync(long key, DocumentId id, LogSnapshot snapshot) => connection.ExecuteAsync(
        InsertSnapshotSql,
        cancellation,
        key,
        snapshot.Revision.Value,
        snapshot.At.ToUnixTimeMilliseconds(),
        (long)snapshot.Content.Length,
        (long)snapshot.ContentHash,
        unchecked((int)LogChecksum.Of(id, snapshot)),
        snapshot.Content);

    private async Task<(long Key, Revision Revision, Revision Start)?> HeadAsync(string sql, DocumentId id)
    {
        await using var command = connection.Command(sql, id.Value);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? (row.GetInt64(0), new Revision(row.GetInt64(1)), new Revision(row.GetInt64(2))) : null;
    }

    private async Task<bool> HasSnapshotAsync(long key, Revision revision) =>
        await connection.ScalarAsync("SELECT 1 FROM snapshots WHERE document = $1 AND revision = $2", cancellation, key, revision.Value) is not null;

    private async Task<bool> CommitAsync()
    {
        await connection.ExecuteAsync("COMMIT", cancellation);
        return true;
    }
}
