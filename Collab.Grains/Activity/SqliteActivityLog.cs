using System.Collections.Immutable;
using Collab.Contracts.Activity;
using Collab.Grains.Log.Sqlite;

namespace Collab.Grains.Activity;

/// <summary>The activity in the operation log's SQLite file, on that log's own thread and connections: which writes one by one, so the order of commits is the order of positions.</summary>
internal sealed class SqliteActivityLog(SqliteWriteThread writer, SqliteReaders readers) : IActivityLog
{
    public string Store => "sqlite";

    public async ValueTask<ImmutableArray<long>> AppendAsync(IReadOnlyList<ActivityEvent> events, CancellationToken cancellation) =>
        events.Count == 0 ? [] : await writer.RunAsync(connection => connection.Activity.Append(events), cancellation);

    public ValueTask<ImmutableArray<ActivityEvent>> ReadAfterAsync(long position, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return readers.RunAsync(connection => connection.Activity.After(position, limit), cancellation);
    }

    public ValueTask<ImmutableArray<ActivityEvent>> ReadDocumentAsync(DocumentId document, long? before, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return readers.RunAsync(connection => connection.Activity.Document(document, before, limit), cancellation);
    }

    public ValueTask<long> ReadHeadAsync(CancellationToken cancellation) => readers.RunAsync(connection => connection.Activity.Head(), cancellation);

    public async ValueTask<int> TrimAsync(DateTimeOffset before, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return await writer.RunAsync(connection => connection.Activity.Trim(before, limit), cancellation);
    }

    public ValueTask<ConsumerCursor?> ReadCursorAsync(string consumer, CancellationToken cancellation) =>
        readers.RunAsync(connection => connection.Activity.Cursor(consumer), cancellation);

    public async ValueTask<ConsumerCursor> WriteCursorAsync(string consumer, ConsumerCursor cursor, CancellationToken cancellation) =>
        await writer.RunAsync(connection => connection.Activity.WriteCursor(consumer, cursor), cancellation);

    public async ValueTask AddDeadLettersAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellation) => await writer.RunAsync(
        connection =>
        {
            connection.Activity.AddDeadLetters(letters);
            return true;
        },
        cancellation);

    public ValueTask<ImmutableArray<DeadLetter>> ListDeadLettersAsync(string consumer, long after, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return readers.RunAsync(connection => connection.Activity.DeadLetters(consumer, after, limit), cancellation);
    }

    public ValueTask<long> CountDeadLettersAsync(string consumer, CancellationToken cancellation) =>
        readers.RunAsync(connection => connection.Activity.CountDeadLetters(consumer), cancellation);

    public async ValueTask<int> DeleteDeadLettersAsync(string consumer, IReadOnlyList<long> positions, CancellationToken cancellation) =>
        await writer.RunAsync(connection => connection.Activity.DeleteDeadLetters(consumer, positions), cancellation);

    public async ValueTask<int> TrimDeadLettersAsync(string consumer, DateTimeOffset before, int keep, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return await writer.RunAsync(connection => connection.Activity.TrimDeadLetters(consumer, before, keep, limit), cancellation);
    }
}
