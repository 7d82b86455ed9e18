using Microsoft.Data.Sqlite;

namespace Collab.Grains.Log.Sqlite;

/// <summary>What SQLite's result codes mean to the log. <see href="https://www.sqlite.org/rescode.html"/></summary>
internal static class SqliteFaults
{
    public const int Constraint = 19;

    /// <summary>Too big (18), against a constraint (19), of a wrong type (20), out of range (25): what was to be stored is the trouble, not the store.</summary>
    public static bool IsAboutData(SqliteException exception) => exception.SqliteErrorCode is 18 or Constraint or 20 or 25;

    public static LogUnavailableException Unavailable(SqliteException exception, string path, string what)
    {
        var (fault, hint) = exception.SqliteErrorCode switch
        {
            5 or 6 => (LogFault.Busy, "another connection holds its lock"),
            8 => (LogFault.CannotOpen, "it is read-only"),
            10 => (LogFault.Io, "reading or writing the disk failed"),
            11 => (LogFault.Corrupt, "it is damaged; restore a backup"),
            13 => (LogFault.Full, "the disk is full"),
            14 => (LogFault.CannotOpen, "it can't be opened; look at the path and its rights"),
            26 => (LogFault.Corrupt, "it is not a SQLite database"),
            _ => (LogFault.Other, exception.Message),
        };
        return new($"{what} {path} failed: {hint} (SQLite code {exception.SqliteErrorCode}, extended {exception.SqliteExtendedErrorCode}).", exception, fault);
    }
}
