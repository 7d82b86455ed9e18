using Microsoft.Extensions.Logging;

namespace Collab.Grains.Log;

public sealed partial class LogWriter
{
    private static partial class Log
    {
        [LoggerMessage(2001, LogLevel.Error, "A batch of {Appends} appends failed in the {Store} log; their writers will repeat them: {Why}")]
        public static partial void BatchFailed(ILogger logger, string why, string store, int appends);

        [LoggerMessage(2002, LogLevel.Warning, "A stale writer of document {Document} with epoch {Epoch} was refused at revision {Revision}.")]
        public static partial void Fenced(ILogger logger, DocumentId document, long epoch, Revision revision);

        [LoggerMessage(2003, LogLevel.Error, "The {Store} log could not take a batch of {Appends} appends ({Why}); each is tried alone.")]
        public static partial void BatchParted(ILogger logger, string why, string store, int appends);

        [LoggerMessage(2004, LogLevel.Error, "The {Store} log can't take an append of document {Document}; its writer reloads.")]
        public static partial void NotTaken(ILogger logger, Exception exception, DocumentId document, string store);
    }
}
