using Microsoft.Data.Sqlite;

namespace Collab.Grains.Log.Sqlite;

/// <summary>A row of the table of operations.</summary>
/// <param name="Key">The document's.</param>
/// <param name="Checksum">What its checksum begins with, see <see cref="LogChecksum.Begin"/>.</param>
internal readonly record struct SqliteOperationRow(DocumentId Document, long Key, uint Checksum, JournalRecord Record);

/// <summary>Puts operations into their table, sixteen with one statement: to begin and to end a statement costs as much as a row.</summary>
/// <remarks>In the order of the table they are cheapest: neighbours come to lie on pages that are at hand.</remarks>
internal sealed class SqliteOperationRows(SqliteConnection connection) : IDisposable
{
    private const int Many = 16;
    private const int Columns = 7;

    private readonly SqliteHotStatement _insertOne = new(connection, Sql(1));
    private readonly SqliteHotStatement _insertMany = new(connection, Sql(Many));
    private readonly SqliteOperationRow[] _some = new SqliteOperationRow[Many];

    /// <param name="between">Called between two statements.</param>
    /// <returns>The first row that breaks a rule of the table, and which one; null when all are there now. After the former the transaction has to be undone.</returns>
    public (SqliteOperationRow Row, string Reason)? Insert(IEnumerable<SqliteOperationRow> rows, Action? between = null)
    {
        try
        {
            var count = 0;
            foreach (var row in rows)
            {
                _some[count++] = row;
                if (count < Many)
                    continue;
                count = 0;
                if (Run(_insertMany, _some) is { } refused)
                    return refused;
                between?.Invoke();
            }

            return RunEach(_some.AsSpan(0, count));
        }
        finally
        {
            // What is in the table is held for nobody.
            Array.Clear(_some);
        }
    }

    public void Dispose()
    {
        _insertOne.Dispose();
        _insertMany.Dispose();
    }

    // OR FAIL: SQLite then keeps no copies of the pages that a statement changes, to undo it alone.
    private static string Sql(int rows) =>
        "INSERT OR FAIL INTO operations (document, revision, session, sequence, hash, encoded, checksum) VALUES "
        + string.Join(", ", Enumerable.Range(0, rows).Select(row => $"({string.Join(", ", Enumerable.Range((row * Columns) + 1, Columns).Select(parameter => $"?{parameter}"))})"));

    private (SqliteOperationRow Row, string Reason)? RunEach(ReadOnlySpan<SqliteOperationRow> rows)
    {
        foreach (var row in rows)
        {
            if (Run(_insertOne, [row]) is { } refused)
                return refused;
        }

        return null;
    }

    private static (SqliteOperationRow Row, string Reason)? Run(SqliteHotStatement insert, ReadOnlySpan<SqliteOperationRow> rows)
    {
        var bound = 0;
        try
        {
            for (; bound < rows.Length; bound++)
                Bind(insert, bound * Columns, rows[bound]);
            insert.Run();
            return null;
        }
        catch (SqliteException exception) when (SqliteFaults.IsAboutData(exception))
        {
            // Of the rows of a statement, those before the one that fails are there.
            return (rows[bound < rows.Length ? bound : Math.Min(insert.Changes, rows.Length - 1)], exception.Message);
        }
    }

    private static void Bind(SqliteHotStatement insert, int before, SqliteOperationRow row)
    {
        var record = row.Record;
        insert.Bind(before + 1, row.Key);
        insert.Bind(before + 2, record.Revision);
        insert.BindText(before + 3, record.Session.Span);
        insert.Bind(before + 4, record.Sequence);
        insert.Bind(before + 5, record.SubmittedHash);
        insert.Bind(before + 6, record.Encoded.Span);
        insert.Bind(before + 7, LogChecksum.Of(row.Checksum, record.Revision, record.Session.Span, record.Sequence, record.SubmittedHash, record.Encoded.Span));
    }
}
