using Microsoft.Extensions.Logging;

namespace Collab.Grains.Sessions;

public sealed partial class SessionGrain
{
    [LoggerMessage(1201, LogLevel.Information, "Session {Session} in document {Document} was resumed by another connection.")]
    private partial void LogSuperseded(SessionId session, DocumentId document);

    [LoggerMessage(1202, LogLevel.Warning, "The host of session {Session} does not answer: {Why}")]
    private partial void LogOwnerLost(SessionId session, string why);

    [LoggerMessage(1203, LogLevel.Debug, "The user of session {Session} could not be told of it: {Why}")]
    private partial void LogUserLost(SessionId session, string why);
}
