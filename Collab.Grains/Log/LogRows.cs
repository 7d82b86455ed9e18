using System.Data.Common;
using Collab.Contracts.Documents;

namespace Collab.Grains.Log;

/// <summary>What a row means: the databases' queries name the same columns in the same order.</summary>
internal static class LogRows
{
    public static DocumentDescription Description(DbDataReader row) => new(
        new DocumentId(row.GetString(0)),
        row.GetString(1),
        (ConflictPolicy)row.GetInt32(2),
        row.GetString(3),
        Time(row.GetInt64(4)),
        Time(row.GetInt64(5)),
        new Revision(row.GetInt64(6)),
        row.GetInt64(7),
        new Revision(row.GetInt64(8)));

    /// <summary>The record as it is there, which need not be what was written.</summary>
    public static LogRecord Record(DbDataReader row) => new(
        new Revision(row.GetInt64(0)), new SessionId(row.GetString(1)), row.GetInt64(2), unchecked((ulong)row.GetInt64(3)), row.GetFieldValue<byte[]>(4));

    public static AppliedSequence Applied(DbDataReader row) =>
        new(new SessionId(row.GetString(0)), row.GetInt64(1), new Revision(row.GetInt64(2)), unchecked((ulong)row.GetInt64(3)));

    public static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
