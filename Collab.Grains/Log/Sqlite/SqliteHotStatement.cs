using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Collab.Grains.Log.Sqlite;

/// <summary>A statement that runs for each operation: SQLite's own calls, without the command, the reader and the boxes that <see cref="SqliteStatement"/> pays each time.</summary>
/// <remarks>Belongs to one connection, used by one thread at a time, within a transaction: it does not wait for anybody's lock.</remarks>
internal sealed class SqliteHotStatement(SqliteConnection connection, string sql) : IDisposable
{
    private sqlite3_stmt? _prepared;

    private sqlite3_stmt Statement => _prepared ??= Prepare();

    /// <param name="parameter">From 1.</param>
    public void Bind(int parameter, long value) => Check(raw.sqlite3_bind_int64(Statement, parameter, value));

    public void Bind(int parameter, string value)
    {
        Span<byte> bytes = stackalloc byte[256];
        Check(Encoding.UTF8.TryGetBytes(value, bytes, out var length)
            ? raw.sqlite3_bind_text(Statement, parameter, bytes[..length])
            : raw.sqlite3_bind_text(Statement, parameter, value));
    }

    /// <param name="value">UTF-8; not empty.</param>
    public void BindText(int parameter, ReadOnlySpan<byte> value) => Check(raw.sqlite3_bind_text(Statement, parameter, value));

    // To SQLite, no bytes at no address are NULL.
    public void Bind(int parameter, ReadOnlySpan<byte> value) =>
        Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(Statement, parameter, 0) : raw.sqlite3_bind_blob(Statement, parameter, value));

    /// <summary>Runs what returns no rows.</summary>
    public void Run()
    {
        var code = raw.sqlite3_step(Statement);
        // Reset says once more what went wrong.
        var again = raw.sqlite3_reset(Statement);
        Check(code == raw.SQLITE_DONE ? again : code);
    }

    /// <summary>The first row's numbers, or null when there is none.</summary>
    public (long First, long Second)? Read()
    {
        var code = raw.sqlite3_step(Statement);
        (long, long)? row = code == raw.SQLITE_ROW ? (raw.sqlite3_column_int64(Statement, 0), raw.sqlite3_column_int64(Statement, 1)) : null;
        var again = raw.sqlite3_reset(Statement);
        Check(code is raw.SQLITE_DONE or raw.SQLITE_ROW ? again : code);
        return row;
    }

    public void Dispose() => _prepared?.Dispose();

    private sqlite3_stmt Prepare()
    {
        Check(raw.sqlite3_prepare_v3(connection.Handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var prepared));
        return prepared;
    }

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            SqliteException.ThrowExceptionForRC(code, connection.Handle);
    }
}
