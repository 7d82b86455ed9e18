namespace Collab.Web.Sockets;

internal sealed partial class ClientSocket
{
    private readonly ILogger _logger = server.Logger;

    [LoggerMessage(3051, LogLevel.Information, "A client sent more than {Limit} bytes without an end of message, twice Collab:Limits:MessageBytes; its connection is closed.")]
    private partial void LogTooLarge(int limit);

    [LoggerMessage(3052, LogLevel.Error, "A message of a client could not be handled; its connection goes on.")]
    private partial void LogMessageFailed(Exception failure);

    [LoggerMessage(3053, LogLevel.Error, "A client's connection could not be read; it is closed.")]
    private partial void LogReadFailed(Exception failure);
}
