using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace Collab.Grains.Log.Sqlite;

/// <summary>A command prepared once and run many times; its parameters are <c>$0</c>, <c>$1</c>, … Belongs to one connection, used by one thread at a time.</summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly SqliteCommand _command;

    public SqliteStatement(SqliteConnection connection, string sql)
    {
        _command = connection.CreateCommand();
        _command.CommandText = sql;
        for (var i = 0; sql.Contains($"${i}", StringComparison.Ordinal); i++)
            _command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
    }

    public int Execute(params ReadOnlySpan<object> values)
    {
        Bind(values);
        return _command.ExecuteNonQuery();
    }

    public SqliteDataReader Query(params ReadOnlySpan<object> values)
    {
        Bind(values);
        return _command.ExecuteReader();
    }

    public void Dispose() => _command.Dispose();

    /// <summary>The bytes as SQLite's parameter wants them; copied only when they are a part of a larger array.</summary>
    public static byte[] Blob(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var segment) && segment.Array!.Length == bytes.Length ? segment.Array : bytes.ToArray();

    private void Bind(ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
            _command.Parameters[i].Value = values[i];
    }
}
