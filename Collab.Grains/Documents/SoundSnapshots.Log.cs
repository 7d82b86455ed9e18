using Microsoft.Extensions.Logging;

namespace Collab.Grains.Documents;

public sealed partial class SoundSnapshots
{
    [LoggerMessage(1101, LogLevel.Error, "Document {Document}: the snapshot at revision {Revision} in {Store} is damaged ({Why}); an older one is used.")]
    private partial void LogDamaged(DocumentId document, Revision revision, string store, string why);
}
