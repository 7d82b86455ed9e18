using Microsoft.Extensions.Logging;

namespace Collab.Grains.Log.Sqlite;

internal sealed partial class SqliteCommits
{
    private static partial class Log
    {
        [LoggerMessage(2103, LogLevel.Error, "What is acknowledged in the commit journal of {Path} could not be brought into its tables; it stays in the journal, and is tried again: {Why}")]
        public static partial void NotApplied(ILogger logger, string why, string path);

        [LoggerMessage(2104, LogLevel.Error, "What is acknowledged in the commit journal of {Path} could not be brought into its tables before the end; the next start does it: {Why}")]
        public static partial void StaysInJournal(ILogger logger, string why, string path);
    }
}
