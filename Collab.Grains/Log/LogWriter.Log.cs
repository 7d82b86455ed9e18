using Microsoft.Extensions.Logging;

namespace Collab.Grains.Log;

public sealed partial class LogWriter
{
    private static partial class Log
    {
        [LoggerMessage(2001, LogLevel.Error, "A batch of {Appends} appends failed in the {Store} log; their writers will reload.")]
        public static partial void BatchFailed(ILogger logger, Exception exception, string store, int appends);

        [LoggerMessage(2002, LogLevel.Warning, "A stale writer of document {Document} with epoch {Epoch} was refused at revision {Revision}.")]
        public static partial void Fenced(ILogger logger, DocumentId document, long epoch, Revision revision);
    }
}
