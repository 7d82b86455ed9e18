using Microsoft.Extensions.Logging;

namespace Collab.Client;

internal sealed partial class CollabConnection
{
    [LoggerMessage(5001, LogLevel.Information, "Connected.")]
    private partial void LogOpened();

    [LoggerMessage(5002, LogLevel.Information, "Not connected ({Failure}: {Detail}); trying again.")]
    private partial void LogFailed(string failure, string detail);

    [LoggerMessage(5003, LogLevel.Warning, "The join of document {Document} stays unanswered; the connection is made anew.")]
    private partial void LogUnanswered(string document);

    [LoggerMessage(5004, LogLevel.Warning, "The server refused a message that it could not attribute to a document: {Reason}.")]
    private partial void LogRefused(string reason);

    [LoggerMessage(5005, LogLevel.Warning, "There is no token that the server takes: {Detail}")]
    private partial void LogSignedOut(string detail);
}
