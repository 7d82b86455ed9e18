using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;

#pragma warning disable IDE0130 // The namespace is that of the package that this stands in for.
namespace Microsoft.AspNetCore.Http.Connections.Client;

/// <summary>How a hub connection is made.</summary>
public class HttpConnectionOptions
{
    public Uri? Url { get; set; }

    /// <summary>The transports that may be used. The stand-in has one: <see cref="HttpTransportType.WebSockets"/> must be chosen alone.</summary>
    public HttpTransportType Transports { get; set; } = HttpTransports.All;

    /// <summary>Opens the WebSocket at once, without asking the server for transports. The stand-in can only do that.</summary>
    public bool SkipNegotiation { get; set; }

    /// <summary>Asked for a token before every connection and reconnection; it is sent as a bearer token.</summary>
    public Func<Task<string?>>? AccessTokenProvider { get; set; }

    /// <summary>Sent with the handshake request.</summary>
    public IDictionary<string, string> Headers { get; set; } = new Dictionary<string, string>();

    /// <summary>How long a closing connection waits for the other side. Default: 5 s.</summary>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether messages go as text or binary frames; the hub protocol decides.</summary>
    public TransferFormat DefaultTransferFormat { get; set; } = TransferFormat.Binary;

    /// <summary>Bytes received and not yet read by the hub connection before receiving pauses. Default: 1 MiB; 0 for no limit.</summary>
    public long TransportMaxBufferSize { get; set; } = 1024 * 1024;

    /// <summary>Bytes written by the hub connection and not yet sent before writing pauses. Default: 1 MiB; 0 for no limit.</summary>
    public long ApplicationMaxBufferSize { get; set; } = 1024 * 1024;

    /// <summary>Changes the socket's own options before it connects.</summary>
    public Action<ClientWebSocketOptions>? WebSocketConfiguration { get; set; }

    /// <summary>Opens the socket instead of <see cref="ClientWebSocket"/>, for a test server for instance.</summary>
    public Func<WebSocketConnectionContext, CancellationToken, ValueTask<WebSocket>>? WebSocketFactory { get; set; }
}

/// <summary>What a <see cref="HttpConnectionOptions.WebSocketFactory"/> is told.</summary>
public sealed class WebSocketConnectionContext(Uri uri, HttpConnectionOptions options)
{
    /// <summary>Where to connect: <c>ws</c> or <c>wss</c>.</summary>
    public Uri Uri { get; } = uri;

    public HttpConnectionOptions Options { get; } = options;
}
