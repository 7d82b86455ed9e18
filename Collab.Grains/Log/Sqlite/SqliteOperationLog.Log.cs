using Microsoft.Extensions.Logging;

namespace Collab.Grains.Log.Sqlite;

public sealed partial class SqliteOperationLog
{
    private static partial class Log
    {
        [LoggerMessage(2101, LogLevel.Information, "Opened the operation log {Path} with SQLite {SqliteVersion}; schema version was {Found}, is {Version}.")]
        public static partial void Opened(ILogger logger, string path, string sqliteVersion, int found, int version);

        [LoggerMessage(2102, LogLevel.Critical, "{Damage}. They are given up, as AcceptDamagedTail says.")]
        public static partial void AcceptedDamage(ILogger logger, string damage);

        [LoggerMessage(2105, LogLevel.Information, "Brought {Commits} commits that were acknowledged before a crash from the commit journal into the tables of {Path}.")]
        public static partial void Recovered(ILogger logger, int commits, string path);

        [LoggerMessage(2106, LogLevel.Information, "Bringing the tables of {Path} from schema version {Found} to {Version}. With many operations that takes its time, some seconds for each million of them.")]
        public static partial void Migrates(ILogger logger, string path, int found, int version);
    }
}
