using Microsoft.Extensions.Logging;

namespace Collab.Grains.Documents;

public sealed partial class DocumentGrain
{
    [LoggerMessage(1001, LogLevel.Error, "Document {Document} could not be loaded: {Why}")]
    private partial void LogNotLoaded(DocumentId document, string why);

    [LoggerMessage(1002, LogLevel.Debug, "Document {Document} closed its epoch {Epoch} at revision {Revision}: {Reason}.")]
    private partial void LogClosed(DocumentId document, long epoch, Revision revision, DeactivationReasonCode reason);

    [LoggerMessage(1003, LogLevel.Warning, "Document {Document}: another writer took over from epoch {Epoch} after revision {Revision}; this activation ends.")]
    private partial void LogFenced(DocumentId document, long epoch, Revision revision);

    [LoggerMessage(1004, LogLevel.Error, "Document {Document}: the replica of session {Session} diverged at revision {Revision}: {Detail} The document is {Length} long.")]
    private partial void LogMismatch(DocumentId document, Revision revision, SessionId session, string detail, int length);

    [LoggerMessage(1005, LogLevel.Error, "Document {Document} can't go on after revision {Revision}; this activation ends, and the next reads the log.")]
    private partial void LogDefect(Exception defect, DocumentId document, Revision revision);
}
