using System.Collections.Immutable;
using Collab.Contracts.Activity;
using Collab.Grains.Log.Sqlite;
using Microsoft.Data.Sqlite;

namespace Collab.Grains.Activity;

/// <summary>Everything that is read of the activity. A part of a connection that reads.</summary>
internal sealed class SqliteActivityReads(SqliteConnection connection) : IDisposable
{
    public const string CursorSql = "SELECT position, note FROM activity_cursors WHERE consumer = $0";

    private readonly SqliteStatement _after = new(connection, $"SELECT {ActivityRows.Columns} FROM activity WHERE position > $0 ORDER BY position LIMIT $1");

    private readonly SqliteStatement _document = new(
        connection, $"SELECT {ActivityRows.Columns} FROM activity WHERE document = $0 AND position < $1 ORDER BY position DESC LIMIT $2");

    // What AUTOINCREMENT remembers: https://www.sqlite.org/autoinc.html
    private readonly SqliteStatement _head = new(connection, "SELECT seq FROM sqlite_sequence WHERE name = 'activity'");
    private readonly SqliteStatement _cursor = new(connection, CursorSql);

    private readonly SqliteStatement _letters = new(
        connection, $"SELECT {ActivityRows.LetterColumns} FROM activity_dead_letters WHERE consumer = $0 AND position > $1 ORDER BY position LIMIT $2");

    private readonly SqliteStatement _countLetters = new(connection, "SELECT count(*) FROM activity_dead_letters WHERE consumer = $0");

    public ImmutableArray<ActivityEvent> After(long position, int limit) => Events(_after.Query(position, (long)limit));

    public ImmutableArray<ActivityEvent> Document(DocumentId document, long? before, int limit) => Events(_document.Query(document.Value, before ?? long.MaxValue, (long)limit));

    public long Head() => Number(_head.Query());

    public ConsumerCursor? Cursor(string consumer)
    {
        using var row = _cursor.Query(consumer);
        return row.Read() ? ActivityRows.Cursor(row) : null;
    }

    public ImmutableArray<DeadLetter> DeadLetters(string consumer, long after, int limit)
    {
        var letters = ImmutableArray.CreateBuilder<DeadLetter>();
        using var row = _letters.Query(consumer, after, (long)limit);
        while (row.Read())
            letters.Add(ActivityRows.Letter(row, Id(row), consumer));
        return letters.ToImmutable();
    }

    public long CountDeadLetters(string consumer) => Number(_countLetters.Query(consumer));

    public void Dispose()
    {
        foreach (var statement in (SqliteStatement[])[_after, _document, _head, _cursor, _letters, _countLetters])
            statement.Dispose();
    }

    private static ImmutableArray<ActivityEvent> Events(SqliteDataReader row)
    {
        using (row)
        {
            var events = ImmutableArray.CreateBuilder<ActivityEvent>();
            while (row.Read())
                events.Add(ActivityRows.Event(row, Id(row)));
            return events.ToImmutable();
        }
    }

    private static long Number(SqliteDataReader row)
    {
        using (row)
            return row.Read() ? row.GetInt64(0) : 0;
    }

    private static Guid Id(SqliteDataReader row) => new(row.GetFieldValue<byte[]>(1), bigEndian: true);
}
