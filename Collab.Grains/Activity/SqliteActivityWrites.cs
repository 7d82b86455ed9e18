using System.Collections.Immutable;
using Collab.Contracts.Activity;
using Collab.Grains.Log.Sqlite;
using Microsoft.Data.Sqlite;

namespace Collab.Grains.Activity;

/// <summary>Everything that changes the activity, each in one transaction. A part of the connection that writes.</summary>
internal sealed class SqliteActivityWrites(SqliteConnection connection) : IDisposable
{
    private readonly SqliteStatement _begin = new(connection, "BEGIN IMMEDIATE");
    private readonly SqliteStatement _commit = new(connection, "COMMIT");

    private readonly SqliteStatement _insert = new(
        connection,
        """
        INSERT INTO activity (id, document, kind, at, revision, session, author, detail) VALUES ($0, $1, $2, $3, $4, $5, $6, $7)
        """);

    private readonly SqliteStatement _inserted = new(connection, "SELECT last_insert_rowid()");

    private readonly SqliteStatement _position = new(connection, "SELECT position FROM activity WHERE id = $0");

    // The last row of the oldest so many that is followed by no younger one.
    private readonly SqliteStatement _trim = new(
        connection,
        """
        DELETE FROM activity WHERE position < coalesce(
            (SELECT min(position) FROM (SELECT position, at FROM activity ORDER BY position LIMIT $1) WHERE at >= $0),
            (SELECT max(position) + 1 FROM (SELECT position FROM activity ORDER BY position LIMIT $1)))
        """);

    private readonly SqliteStatement _writeCursor = new(
        connection,
        """
        INSERT INTO activity_cursors (consumer, position, note) VALUES ($0, $1, $2)
        ON CONFLICT (consumer) DO UPDATE SET position = excluded.position, note = excluded.note WHERE excluded.position >= activity_cursors.position
        """);

    private readonly SqliteStatement _readCursor = new(connection, SqliteActivityReads.CursorSql);

    private readonly SqliteStatement _insertLetter = new(
        connection,
        $"""
        INSERT OR REPLACE INTO activity_dead_letters ({ActivityRows.LetterColumns}, consumer) VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        """);

    private readonly SqliteStatement _deleteLetter = new(connection, "DELETE FROM activity_dead_letters WHERE consumer = $0 AND position = $1");

    private readonly SqliteStatement _trimLetters = new(
        connection,
        """
        DELETE FROM activity_dead_letters WHERE consumer = $0 AND position IN (
            SELECT position FROM activity_dead_letters WHERE consumer = $0
                AND (failed_at < $1 OR position <= coalesce((SELECT position FROM activity_dead_letters WHERE consumer = $0 ORDER BY position DESC LIMIT 1 OFFSET $2), 0))
            ORDER BY position LIMIT $3)
        """);

    public ImmutableArray<long> Append(IReadOnlyList<ActivityEvent> events)
    {
        var positions = ImmutableArray.CreateBuilder<long>(events.Count);
        _begin.Execute();
        foreach (var happened in events)
        {
            var id = happened.Id.ToByteArray(bigEndian: true);
            if (Number(_position, id) is { } there)
            {
                positions.Add(there);
                continue;
            }

            _insert.Execute([id, .. Values(happened)]);
            positions.Add(Number(_inserted)!.Value);
        }

        _commit.Execute();
        return positions.MoveToImmutable();
    }

    public int Trim(DateTimeOffset before, int limit) => _trim.Execute(before.ToUnixTimeMilliseconds(), (long)limit);

    public ConsumerCursor WriteCursor(string consumer, ConsumerCursor cursor)
    {
        _begin.Execute();
        _writeCursor.Execute(consumer, cursor.Position, Nullable(cursor.Note));
        ConsumerCursor there;
        using (var row = _readCursor.Query(consumer))
        {
            row.Read();
            there = ActivityRows.Cursor(row);
        }

        _commit.Execute();
        return there;
    }

    public void AddDeadLetters(IReadOnlyList<DeadLetter> letters)
    {
        _begin.Execute();
        foreach (var letter in letters)
        {
            _insertLetter.Execute([
                letter.Event.Position, letter.Event.Id.ToByteArray(bigEndian: true), .. Values(letter.Event),
                letter.Attempts, letter.Failure, letter.At.ToUnixTimeMilliseconds(), letter.Consumer]);
        }

        _commit.Execute();
    }

    public int DeleteDeadLetters(string consumer, IReadOnlyList<long> positions)
    {
        _begin.Execute();
        int deleted = positions.Sum(position => _deleteLetter.Execute(consumer, position));
        _commit.Execute();
        return deleted;
    }

    public int TrimDeadLetters(string consumer, DateTimeOffset before, int keep, int limit) =>
        _trimLetters.Execute(consumer, before.ToUnixTimeMilliseconds(), (long)keep, (long)limit);

    public void Dispose()
    {
        foreach (var statement in (SqliteStatement[])[_begin, _commit, _insert, _inserted, _position, _trim, _writeCursor, _readCursor, _insertLetter, _deleteLetter, _trimLetters])
            statement.Dispose();
    }

    private static object[] Values(ActivityEvent happened) =>
    [
        happened.Document.Value,
        (int)happened.Kind,
        happened.At.ToUnixTimeMilliseconds(),
        happened.Revision.Value,
        Nullable(happened.Session?.Value),
        Nullable(happened.Author),
        Nullable(happened.Detail is { } detail ? ActivityJson.Encode(detail) : null),
    ];

    private static long? Number(SqliteStatement query, params ReadOnlySpan<object> values)
    {
        using var row = query.Query(values);
        return row.Read() ? row.GetInt64(0) : null;
    }

    private static object Nullable(object? value) => value ?? DBNull.Value;
}
