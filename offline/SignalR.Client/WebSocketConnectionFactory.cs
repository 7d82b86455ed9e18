using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Connections.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.SignalR.Client;

/// <summary>Opens a WebSocket straight to the hub.</summary>
internal sealed class WebSocketConnectionFactory(IOptions<HttpConnectionOptions> options, ILogger<WebSocketConnection> logger) : IConnectionFactory
{
    public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var settings = options.Value;
        if (endpoint is not UriEndPoint { Uri: var url })
            throw new NotSupportedException($"The end point must be a {nameof(UriEndPoint)}, it is a {endpoint.GetType().Name}.");
        if (!settings.SkipNegotiation || settings.Transports != HttpTransportType.WebSockets)
        {
            throw new InvalidOperationException(
                "The stand-in for the SignalR client's transports only opens WebSockets directly: set SkipNegotiation = true and " +
                $"Transports = WebSockets (they are {settings.SkipNegotiation} and {settings.Transports}), or build with the real packages.");
        }

        var target = new UriBuilder(url) { Scheme = url.Scheme is "https" or "wss" ? "wss" : "ws" }.Uri;
        var socket = settings.WebSocketFactory is { } factory
            ? await factory(new WebSocketConnectionContext(target, settings), cancellationToken)
            : await OpenAsync(target, settings, cancellationToken);
        return new WebSocketConnection(socket, settings, logger);
    }

    private static async Task<WebSocket> OpenAsync(Uri target, HttpConnectionOptions settings, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        try
        {
            // Asks authentication middleware for a 401 where it would redirect a page to a login.
            socket.Options.SetRequestHeader("X-Requested-With", "XMLHttpRequest");
            foreach (var (name, value) in settings.Headers)
                socket.Options.SetRequestHeader(name, value);
            if (settings.AccessTokenProvider is { } provider && await provider() is { Length: > 0 } token)
                socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
            settings.WebSocketConfiguration?.Invoke(socket.Options);
            await socket.ConnectAsync(target, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
