using System.Collections.Immutable;
using System.Data.Common;
using Collab.Contracts.Activity;
using Collab.Grains.Log.Postgres;
using Npgsql;
using static Collab.Grains.Activity.PostgresActivityStatements;

namespace Collab.Grains.Activity;

/// <summary>The activity in the operation log's schema, which several silos share. It writes on connections of its own, so that no edit waits for it, and reads on the log's.</summary>
internal sealed class PostgresActivityLog(PostgresConnections writers, PostgresConnections readers) : IActivityLog, IDisposable
{
    /// <summary>One that appends, and one for cursors, dead letters and trimming.</summary>
    public const int WriterConnections = 2;

    public string Store => "postgresql";

    public ValueTask<ImmutableArray<long>> AppendAsync(IReadOnlyList<ActivityEvent> events, CancellationToken cancellation) =>
        events.Count == 0 ? ValueTask.FromResult<ImmutableArray<long>>([]) : writers.RunAsync((connection, ending) => AppendAsync(connection, events, ending), cancellation);

    public ValueTask<ImmutableArray<ActivityEvent>> ReadAfterAsync(long position, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return ReadAsync(row => ActivityRows.Event(row, row.GetGuid(1)), AfterSql, cancellation, position, (long)limit);
    }

    public ValueTask<ImmutableArray<ActivityEvent>> ReadDocumentAsync(DocumentId document, long? before, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return ReadAsync(row => ActivityRows.Event(row, row.GetGuid(1)), DocumentSql, cancellation, document.Value, before ?? long.MaxValue, (long)limit);
    }

    public ValueTask<long> ReadHeadAsync(CancellationToken cancellation) => NumberAsync(HeadSql, cancellation);

    public ValueTask<int> TrimAsync(DateTimeOffset before, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return ExecuteAsync(TrimSql, cancellation, before.ToUnixTimeMilliseconds(), (long)limit);
    }

    public async ValueTask<ConsumerCursor?> ReadCursorAsync(string consumer, CancellationToken cancellation) =>
        (await ReadAsync(ActivityRows.Cursor, CursorSql, cancellation, consumer)).SingleOrDefault();

    public ValueTask<ConsumerCursor> WriteCursorAsync(string consumer, ConsumerCursor cursor, CancellationToken cancellation) => writers.RunAsync(
        async (connection, ending) =>
        {
            await using var batch = new NpgsqlBatch(connection).Add(WriteCursorSql, consumer, cursor.Position, Nullable(cursor.Note)).Add(CursorSql, consumer);
            await using var row = await batch.ExecuteReaderAsync(ending);
            await row.ReadAsync(ending);
            return ActivityRows.Cursor(row);
        },
        cancellation);

    public async ValueTask AddDeadLettersAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellation)
    {
        if (letters.Count > 0)
            await writers.RunAsync((connection, ending) => AddAsync(connection, letters, ending), cancellation);
    }

    public ValueTask<ImmutableArray<DeadLetter>> ListDeadLettersAsync(string consumer, long after, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return ReadAsync(row => ActivityRows.Letter(row, row.GetGuid(1), consumer), LettersSql, cancellation, consumer, after, (long)limit);
    }

    public ValueTask<long> CountDeadLettersAsync(string consumer, CancellationToken cancellation) => NumberAsync(CountLettersSql, cancellation, consumer);

    public ValueTask<int> DeleteDeadLettersAsync(string consumer, IReadOnlyList<long> positions, CancellationToken cancellation) =>
        ExecuteAsync(DeleteLettersSql, cancellation, consumer, positions.ToArray());

    public ValueTask<int> TrimDeadLettersAsync(string consumer, DateTimeOffset before, int keep, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return ExecuteAsync(TrimLettersSql, cancellation, consumer, before.ToUnixTimeMilliseconds(), (long)keep, (long)limit);
    }

    public void Dispose() => writers.Dispose();

    private static async Task<ImmutableArray<long>> AppendAsync(NpgsqlConnection connection, IReadOnlyList<ActivityEvent> events, CancellationToken cancellation)
    {
        var distinct = events.DistinctBy(happened => happened.Id).ToList();
        var ids = distinct.ConvertAll(happened => happened.Id).ToArray();
        await using var batch = new NpgsqlBatch(connection)
            .Add("BEGIN")
            .Add(LockSql)
            .Add(
                InsertSql,
                ids,
                distinct.ConvertAll(happened => happened.Document.Value).ToArray(),
                distinct.ConvertAll(happened => (short)happened.Kind).ToArray(),
                distinct.ConvertAll(happened => happened.At.ToUnixTimeMilliseconds()).ToArray(),
                distinct.ConvertAll(happened => happened.Revision.Value).ToArray(),
                distinct.ConvertAll(happened => happened.Session?.Value).ToArray(),
                distinct.ConvertAll(happened => Author(happened)).ToArray(),
                distinct.ConvertAll(happened => Detail(happened)).ToArray())
            .Add(PositionsSql, ids)
            .Add("COMMIT");
        Dictionary<Guid, long> positions = [];
        await using (var row = await batch.ExecuteReaderAsync(cancellation))
        {
            // Of the lock; then of the positions.
            await row.NextResultAsync(cancellation);
            while (await row.ReadAsync(cancellation))
                positions.Add(row.GetGuid(0), row.GetInt64(1));
            // To the end: a commit that fails says so there.
            while (await row.NextResultAsync(cancellation))
            {
            }
        }

        return [.. events.Select(happened => positions[happened.Id])];
    }

    private static async Task<int> AddAsync(NpgsqlConnection connection, IReadOnlyList<DeadLetter> letters, CancellationToken cancellation)
    {
        // One implicit transaction.
        await using var batch = new NpgsqlBatch(connection);
        foreach (var letter in letters)
        {
            var happened = letter.Event;
            batch.Add(
                InsertLetterSql, letter.Consumer, happened.Position, happened.Id, happened.Document.Value, (short)happened.Kind, happened.At.ToUnixTimeMilliseconds(), happened.Revision.Value,
                Nullable(happened.Session?.Value), Nullable(Author(happened)), Nullable(Detail(happened)), letter.Attempts, letter.Failure, letter.At.ToUnixTimeMilliseconds());
        }

        return await batch.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Names are people's own; the server's text has no U+0000, and an event must not hold up the others for ever.</summary>
    private static string? Author(ActivityEvent happened) => happened.Author?.Replace("\0", "", StringComparison.Ordinal);

    private static byte[]? Detail(ActivityEvent happened) => happened.Detail is { } detail ? ActivityJson.Encode(detail) : null;

    private static object Nullable(object? value) => value ?? DBNull.Value;

    private ValueTask<ImmutableArray<T>> ReadAsync<T>(Func<DbDataReader, T> read, string sql, CancellationToken cancellation, params object[] values) =>
        readers.RunAsync((connection, ending) => connection.ListAsync(read, sql, ending, values), cancellation);

    private ValueTask<long> NumberAsync(string sql, CancellationToken cancellation, params object[] values) =>
        readers.RunAsync(async (connection, ending) => (long)(await connection.ScalarAsync(sql, ending, values) ?? 0L), cancellation);

    private ValueTask<int> ExecuteAsync(string sql, CancellationToken cancellation, params object[] values) =>
        writers.RunAsync((connection, ending) => connection.ExecuteAsync(sql, ending, values), cancellation);
}
