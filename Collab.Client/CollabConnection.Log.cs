using Microsoft.Extensions.Logging;

namespace Collab.Client;

internal sealed partial class CollabConnection
{
    [LoggerMessage(1, LogLevel.Information, "Connected.")]
    private partial void LogOpened();

    [LoggerMessage(2, LogLevel.Information, "Not connected ({Failure}: {Detail}); trying again.")]
    private partial void LogFailed(string failure, string detail);

    [LoggerMessage(3, LogLevel.Warning, "The join of document {Document} stays unanswered; the connection is made anew.")]
    private partial void LogUnanswered(string document);

    [LoggerMessage(4, LogLevel.Warning, "The server refused a message that it could not attribute to a document: {Reason}.")]
    private partial void LogRefused(string reason);

    [LoggerMessage(5, LogLevel.Warning, "There is no token that the server takes: {Detail}")]
    private partial void LogSignedOut(string detail);
}
