using Microsoft.Extensions.Logging;

namespace Collab.Grains.Log.Postgres;

public sealed partial class PostgresOperationLog
{
    private static partial class Log
    {
        [LoggerMessage(2201, LogLevel.Information, "Opened the operation log in {Database} (version {ServerVersion}); version of schema {Schema} was {Found}, is {Version}.")]
        public static partial void Opened(ILogger logger, string database, Version serverVersion, string schema, int found, int version);

        [LoggerMessage(2202, LogLevel.Warning, "{Database} has {Setting} = off: a crash of its machine can lose or damage what was acknowledged.")]
        public static partial void NotDurable(ILogger logger, string database, string setting);
    }
}
