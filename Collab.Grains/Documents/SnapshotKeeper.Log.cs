using Microsoft.Extensions.Logging;

namespace Collab.Grains.Documents;

public sealed partial class SnapshotKeeper
{
    [LoggerMessage(1111, LogLevel.Warning, "Document {Document}: no snapshot was kept at revision {Revision}: {Why}")]
    private partial void LogNotKept(DocumentId document, Revision revision, string why);
}
