using System.Data.Common;
using Collab.Contracts.Activity;

namespace Collab.Grains.Activity;

/// <summary>What a row means: the databases' queries name the same columns in the same order.</summary>
internal static class ActivityRows
{
    /// <summary>Of an event. Its id is read by the store, for each has its own type for that.</summary>
    public const string Columns = "position, id, document, kind, at, revision, session, author, detail";

    /// <summary>Of a dead letter, whose event comes first.</summary>
    public const string LetterColumns = Columns + ", attempts, failure, failed_at";

    public static ActivityEvent Event(DbDataReader row, Guid id) => new(
        row.GetInt64(0),
        id,
        new DocumentId(row.GetString(2)),
        (ActivityKind)row.GetInt32(3),
        Time(row.GetInt64(4)),
        new Revision(row.GetInt64(5)),
        row.IsDBNull(6) ? null : new SessionId(row.GetString(6)),
        row.IsDBNull(7) ? null : row.GetString(7),
        row.IsDBNull(8) ? null : ActivityJson.DecodeDetail(row.GetFieldValue<byte[]>(8)));

    public static DeadLetter Letter(DbDataReader row, Guid id, string consumer) =>
        new(consumer, Event(row, id), row.GetInt32(9), row.GetString(10), Time(row.GetInt64(11)));

    public static ConsumerCursor Cursor(DbDataReader row) => new(row.GetInt64(0), row.IsDBNull(1) ? null : row.GetString(1));

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
