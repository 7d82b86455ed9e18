using Collab.Contracts;

namespace Collab.Web.Connections;

internal sealed partial class ClientConnection
{
    [LoggerMessage(3001, LogLevel.Warning, "A call for {Verb} on {Document} failed; the client was told to retry.")]
    private partial void LogCallFailed(string verb, DocumentId document, Exception failure);
}
