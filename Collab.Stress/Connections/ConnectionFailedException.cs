using System.Net;
using System.Net.WebSockets;

namespace Collab.Stress.Connections;

/// <summary>A connection did not come about, or ended.</summary>
/// <param name="errorType">Of a closed set: <c>timeout</c>, <c>http_503</c> (the upgrade was answered by that), <c>tls</c>, <c>connection</c>, <c>handshake</c>, <c>closed</c>.</param>
internal sealed class ConnectionFailedException(string errorType, string message, Exception? cause = null) : Exception(message, cause)
{
    public string ErrorType => errorType;

    /// <param name="status">What the upgrade was answered by; 0: by nothing.</param>
    public static ConnectionFailedException Of(Exception failure, int status) => new(
        failure switch
        {
            OperationCanceledException => "timeout",
            WebSocketException when status is not (0 or (int)HttpStatusCode.SwitchingProtocols) => $"http_{status}",
            { InnerException: HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } } => "tls",
            _ => "connection",
        },
        failure.Message,
        failure);
}
