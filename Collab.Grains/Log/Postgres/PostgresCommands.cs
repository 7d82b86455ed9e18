using System.Collections.Immutable;
using System.Data.Common;
using Npgsql;

namespace Collab.Grains.Log.Postgres;

/// <summary>Statements with their parameters <c>$1</c>, <c>$2</c>, … in order.</summary>
internal static class PostgresCommands
{
    public static NpgsqlCommand Command(this NpgsqlConnection connection, string sql, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return command;
    }

    public static NpgsqlBatch Add(this NpgsqlBatch batch, string sql, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        batch.BatchCommands.Add(command);
        return batch;
    }

    public static async Task<int> ExecuteAsync(this NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = connection.Command(sql, values);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The first value of the first row; null when there is no row, or it is null.</summary>
    public static async Task<object?> ScalarAsync(this NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = connection.Command(sql, values);
        return await command.ExecuteScalarAsync(cancellation) is { } value and not DBNull ? value : null;
    }

    /// <summary>Every row, in the order of the answer.</summary>
    public static async Task<ImmutableArray<T>> ListAsync<T>(this NpgsqlConnection connection, Func<DbDataReader, T> read, string sql, CancellationToken cancellation, params object[] values)
    {
        var found = ImmutableArray.CreateBuilder<T>();
        await using var command = connection.Command(sql, values);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
            found.Add(read(row));
        return found.ToImmutable();
    }
}
