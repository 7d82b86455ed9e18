namespace Collab.Grains.Activity;

/// <summary>What is said to PostgreSQL.</summary>
internal static class PostgresActivityStatements
{
    /// <summary>
    /// First in an append. A sequence would give positions in the order of asking, and a reader could see a later one committed before an earlier one, and skip that for good. Whoever holds the head
    /// holds it until its commit.
    /// </summary>
    public const string LockSql = "SELECT position FROM activity_head WHERE one FOR NO KEY UPDATE";

    // After the lock: a statement sees what was committed before it began, so an event that somebody else appended meanwhile is not appended again.
    public const string InsertSql =
        $"""
        WITH fresh AS (
            SELECT a.*, row_number() OVER (ORDER BY ordinal) AS number
            FROM unnest($1::uuid[], $2::text[], $3::smallint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::bytea[]) WITH ORDINALITY
                AS a (id, document, kind, at, revision, session, author, detail, ordinal)
            WHERE NOT EXISTS (SELECT FROM activity WHERE activity.id = a.id)),
        head AS (UPDATE activity_head SET position = position + (SELECT count(*) FROM fresh) WHERE one RETURNING position)
        INSERT INTO activity ({ActivityRows.Columns})
            SELECT head.position - (SELECT count(*) FROM fresh) + number, id, document, kind, at, revision, session, author, detail FROM fresh, head
        """;

    public const string PositionsSql = "SELECT id, position FROM activity WHERE id = ANY ($1)";

    public const string AfterSql = $"SELECT {ActivityRows.Columns} FROM activity WHERE position > $1 ORDER BY position LIMIT $2";

    public const string DocumentSql = $"SELECT {ActivityRows.Columns} FROM activity WHERE document = $1 AND position < $2 ORDER BY position DESC LIMIT $3";

    public const string HeadSql = "SELECT position FROM activity_head WHERE one";

    public const string TrimSql =
        """
        DELETE FROM activity WHERE position < coalesce(
            (SELECT min(position) FROM (SELECT position, at FROM activity ORDER BY position LIMIT $2) AS oldest WHERE at >= $1),
            (SELECT max(position) + 1 FROM (SELECT position FROM activity ORDER BY position LIMIT $2) AS oldest))
        """;

    public const string CursorSql = "SELECT position, note FROM activity_cursors WHERE consumer = $1";

    public const string WriteCursorSql =
        """
        INSERT INTO activity_cursors (consumer, position, note) VALUES ($1, $2, $3)
        ON CONFLICT (consumer) DO UPDATE SET position = excluded.position, note = excluded.note WHERE excluded.position >= activity_cursors.position
        """;

    public const string InsertLetterSql =
        $"""
        INSERT INTO activity_dead_letters (consumer, {ActivityRows.LetterColumns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        ON CONFLICT (consumer, position) DO UPDATE SET attempts = excluded.attempts, failure = excluded.failure, failed_at = excluded.failed_at
        """;

    public const string LettersSql = $"SELECT {ActivityRows.LetterColumns} FROM activity_dead_letters WHERE consumer = $1 AND position > $2 ORDER BY position LIMIT $3";

    public const string CountLettersSql = "SELECT count(*) FROM activity_dead_letters WHERE consumer = $1";

    public const string DeleteLettersSql = "DELETE FROM activity_dead_letters WHERE consumer = $1 AND position = ANY ($2)";

    public const string TrimLettersSql =
        """
        DELETE FROM activity_dead_letters WHERE consumer = $1 AND position IN (
            SELECT position FROM activity_dead_letters WHERE consumer = $1
                AND (failed_at < $2 OR position <= coalesce((SELECT position FROM activity_dead_letters WHERE consumer = $1 ORDER BY position DESC OFFSET $3 LIMIT 1), 0))
            ORDER BY position LIMIT $4)
        """;
}
