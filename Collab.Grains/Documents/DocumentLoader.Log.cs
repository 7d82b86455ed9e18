using Microsoft.Extensions.Logging;

namespace Collab.Grains.Documents;

public sealed partial class DocumentLoader
{
    [LoggerMessage(1101, LogLevel.Error, "Document {Document}: the snapshot at revision {Revision} is damaged ({Why}); an older one is used.")]
    private partial void LogDamagedSnapshot(DocumentId document, Revision revision, string why);
}
