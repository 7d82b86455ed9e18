using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Npgsql;

namespace Collab.Grains.Log.Postgres;

/// <summary>
/// One call of appends, for many documents, in one transaction of two round trips: lock the documents and see where they are; then insert all
/// operations, move all heads and commit.
/// </summary>
internal sealed class PostgresAppends(NpgsqlConnection connection, IReadOnlyList<LogAppend> appends, CancellationToken cancellation)
{
    // In the order of keys, whoever asks: two silos that append to the same documents wait for each other, and never in a circle.
    public const string LockSql = "SELECT key, id, epoch, revision, start FROM documents WHERE id = ANY ($1) ORDER BY key FOR NO KEY UPDATE";

    // After the lock: a statement sees what was committed before it began, so nothing trimmed meanwhile is missed.
    public const string TrimmedSql =
        """
        SELECT a.id, a.session, s.sequence FROM unnest($1::text[], $2::text[]) AS a (id, session)
        JOIN documents AS d ON d.id = a.id AND d.start > 0 JOIN sessions AS s ON s.document = d.key AND s.session = a.session
        """;

    // Beside COPY in its binary form, taking turns on one machine (PostgreSQL 15, loopback, 2 busy cores), lower quartile in milliseconds of the whole transaction with
    // 1, 16, 256, 2048 operations of 150 bytes: 2.9, 2.3, 4.4, 19.7; COPY 3.3, 2.8, 4.6, 19.6. It gains nothing, and needs two more round trips, which a network makes dearer.
    private const string InsertSql =
        """
        INSERT INTO operations (document, revision, sequence, hash, checksum, session, encoded)
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::integer[], $6::text[], $7::bytea[])
        """;

    public const string AdvanceSql =
        """
        UPDATE documents AS d SET revision = n.revision, modified_at = n.modified_at
        FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS n (key, revision, modified_at) WHERE d.key = n.key
        """;

    private readonly Dictionary<DocumentId, Head> _heads = [];
    private readonly Dictionary<(DocumentId, SessionId), long> _trimmed = [];

    /// <summary>One outcome for each append, in order; they are durable when the call completes.</summary>
    public async Task<ImmutableArray<AppendOutcome>> RunAsync()
    {
        try
        {
            return await TogetherAsync();
        }
        catch (PostgresException exception) when (PostgresFaults.IsOfTheRows(exception))
        {
            // One of them can't be stored, and the server does not say which.
            await connection.ExecuteAsync("ROLLBACK", cancellation);
            return await OneByOneAsync();
        }
    }

    private async Task<ImmutableArray<AppendOutcome>> TogetherAsync()
    {
        await LockAsync();
        var outcomes = ImmutableArray.CreateBuilder<AppendOutcome>(appends.Count);
        foreach (var append in appends)
        {
            var (outcome, added) = await JudgeAsync(append);
            outcomes.Add(outcome);
            if (added.Count > 0)
                _heads[append.Document].Add(added, append.At);
        }

        await using var batch = new NpgsqlBatch(connection);
        AddChanges(batch, [.. _heads.Values.Where(head => head.Added.Count > 0).OrderBy(head => head.Key)]);
        await batch.Add("COMMIT").ExecuteNonQueryAsync(cancellation);
        return outcomes.MoveToImmutable();
    }

    /// <summary>The slow way, with a savepoint for each: who can't be stored is found, and leaves no trace.</summary>
    private async Task<ImmutableArray<AppendOutcome>> OneByOneAsync()
    {
        await LockAsync();
        var outcomes = ImmutableArray.CreateBuilder<AppendOutcome>(appends.Count);
        foreach (var append in appends)
        {
            var (outcome, added) = await JudgeAsync(append);
            outcomes.Add(added.Count == 0 || await TryAddAsync(append, added) ? outcome : AppendOutcome.Invalid);
        }

        await connection.ExecuteAsync("COMMIT", cancellation);
        return outcomes.MoveToImmutable();
    }

    private async Task<bool> TryAddAsync(LogAppend append, ArraySegment<LogRecord> added)
    {
        var head = _heads[append.Document];
        var one = new Head(append.Document, head.Key, head.Epoch, head.Revision, head.Start);
        one.Add(added, append.At);
        try
        {
            await using var batch = new NpgsqlBatch(connection);
            AddChanges(batch.Add("SAVEPOINT one"), [one]);
            await batch.Add("RELEASE one").ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException exception) when (PostgresFaults.IsOfTheRows(exception))
        {
            await connection.ExecuteAsync("ROLLBACK TO one", cancellation);
            return false;
        }

        head.Add(added, append.At);
        return true;
    }

    private async Task LockAsync()
    {
        _heads.Clear();
        _trimmed.Clear();
        // Names that no document or session can have are not asked for: in text that the server can't hold, they would fail the statement for all.
        var sessions = appends.SelectMany(append => append.Records, (append, record) => (append.Document, record.Session)).Distinct().Where(IsNamed).ToList();
        await using var batch = new NpgsqlBatch(connection)
            .Add("BEGIN")
            .Add(LockSql, (object)appends.Select(append => append.Document.Value).Distinct().Where(DocumentId.IsValid).ToArray())
            .Add(TrimmedSql, sessions.ConvertAll(pair => pair.Document.Value).ToArray(), sessions.ConvertAll(pair => pair.Session.Value).ToArray());
        await using var row = await batch.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            var id = new DocumentId(row.GetString(1));
            _heads.Add(id, new Head(id, row.GetInt64(0), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4)));
        }

        await row.NextResultAsync(cancellation);
        while (await row.ReadAsync(cancellation))
            _trimmed.Add((new DocumentId(row.GetString(0)), new SessionId(row.GetString(1))), row.GetInt64(2));
    }

    /// <summary>What becomes of it as things stand, earlier elements of the call included, and the records that it would add.</summary>
    private async Task<(AppendOutcome Outcome, ArraySegment<LogRecord> Added)> JudgeAsync(LogAppend append)
    {
        if (!append.IsConsecutive || !_heads.TryGetValue(append.Document, out var head) || !append.Records.All(record => SessionId.IsValid(record.Session.Value)))
            return (AppendOutcome.Invalid, []);

        var there = (int)Math.Clamp(head.Revision - append.Records[0].Revision.Value + 1, 0, append.Records.Count);
        if (there > 0 && !await IsThereAsync(head, append.Records, there))
            return (AppendOutcome.Fenced, []);
        if (there == append.Records.Count)
            return (AppendOutcome.Durable, []);
        if (append.Epoch != head.Epoch || append.Records[there].Revision.Value != head.Revision + 1)
            return (AppendOutcome.Fenced, []);
        var added = new ArraySegment<LogRecord>(append.Records as LogRecord[] ?? [.. append.Records])[there..];
        return added.Any(record => _trimmed.TryGetValue((append.Document, record.Session), out var newest) && record.Sequence <= newest)
            ? (AppendOutcome.Invalid, [])
            : (AppendOutcome.Durable, added);
    }

    /// <summary>Whether the first <paramref name="count"/> records are as they are here, in the log or among what this call adds to it.</summary>
    /// <remarks>Bytes are compared, not checksums: a damaged one is another one, which ends this writer and not the call of them all.</remarks>
    private async Task<bool> IsThereAsync(Head head, IReadOnlyList<LogRecord> records, int count)
    {
        var i = 0;
        if (records[0].Revision.Value <= head.StoredRevision)
        {
            await using var command = connection.Command(
                "SELECT revision, session, sequence, hash, encoded FROM operations WHERE document = $1 AND revision >= $2 AND revision <= $3 ORDER BY revision",
                head.Key,
                records[0].Revision.Value,
                records[count - 1].Revision.Value);
            await using var row = await command.ExecuteReaderAsync(cancellation);
            for (; i < count && records[i].Revision.Value <= head.StoredRevision; i++)
            {
                if (!await row.ReadAsync(cancellation) || !LogRows.Record(row).IsSameAs(records[i]))
                    return false;
            }
        }

        for (; i < count; i++)
        {
            if (!head.Added[(int)(records[i].Revision.Value - head.StoredRevision - 1)].IsSameAs(records[i]))
                return false;
        }

        return true;
    }

    private static bool IsNamed((DocumentId Document, SessionId Session) pair) => DocumentId.IsValid(pair.Document.Value) && SessionId.IsValid(pair.Session.Value);

    private static void AddChanges(NpgsqlBatch batch, IReadOnlyList<Head> heads)
    {
        if (heads.Count == 0)
            return;
        var rows = heads.SelectMany(head => head.Added, (head, record) => (Head: head, Record: record)).ToList();
        batch.Add(
            InsertSql,
            rows.ConvertAll(row => row.Head.Key).ToArray(),
            rows.ConvertAll(row => row.Record.Revision.Value).ToArray(),
            rows.ConvertAll(row => row.Record.Sequence).ToArray(),
            rows.ConvertAll(row => unchecked((long)row.Record.SubmittedHash)).ToArray(),
            rows.ConvertAll(row => unchecked((int)LogChecksum.Of(row.Head.Document, row.Record))).ToArray(),
            rows.ConvertAll(row => row.Record.Session.Value).ToArray(),
            rows.ConvertAll(row => Bytes(row.Record.Encoded)).ToArray());
        batch.Add(
            AdvanceSql,
            heads.Select(head => head.Key).ToArray(),
            heads.Select(head => head.Revision).ToArray(),
            heads.Select(head => head.ModifiedAt).ToArray());
    }

    /// <summary>Copied only when they are a part of a larger array: an array of parts can't be sent.</summary>
    private static byte[] Bytes(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var segment) && segment.Array!.Length == bytes.Length ? segment.Array : bytes.ToArray();

    /// <summary>Where a document is, with what this call adds so far.</summary>
    private sealed class Head(DocumentId document, long key, long epoch, long storedRevision, long start)
    {
        public DocumentId Document => document;

        public long Key => key;

        public long Epoch => epoch;

        /// <summary>Before this call.</summary>
        public long StoredRevision => storedRevision;

        public long Start => start;

        public List<LogRecord> Added { get; } = [];

        public long Revision => storedRevision + Added.Count;

        /// <summary>Milliseconds since 1970.</summary>
        public long ModifiedAt { get; private set; }

        public void Add(ArraySegment<LogRecord> records, DateTimeOffset at)
        {
            Added.AddRange(records);
            ModifiedAt = at.ToUnixTimeMilliseconds();
        }
    }
}
