using Microsoft.Extensions.Logging;

namespace Collab.Grains.Documents;

public sealed partial class HistoryRetention
{
    [LoggerMessage(1121, LogLevel.Information, "Document {Document} gives up its history before revision {To}; it began at {From}.")]
    private partial void LogTrimmed(DocumentId document, Revision to, Revision from);

    [LoggerMessage(1122, LogLevel.Warning, "Document {Document}: no history was given up after revision {Start}: {Why}")]
    private partial void LogNotTrimmed(DocumentId document, Revision start, string why);
}
