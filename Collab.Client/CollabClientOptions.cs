using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Collab.Client;

/// <summary>Who connects, and how patiently.</summary>
public sealed class CollabClientOptions
{
    /// <summary>
    /// Who this is: gets an access token. Asked before a connection is made, at four fifths of a token's lifetime, and when the server does not take a token any more; after a failure ever later, up to once a minute. One that
    /// does not answer within 15 s has failed. Without it the server sees somebody anonymous.
    /// </summary>
    /// <remarks>A back end gets tokens with its API key, see <c>docs/security.md</c>; a program that has only one returns it each time, and is signed out when it ends.</remarks>
    public Func<CancellationToken, ValueTask<string>>? Token { get; init; }

    /// <summary>
    /// Display name, up to 64 characters; others see it beside the selection, and operations carry it as their author. A server that knows who this is shows the name that it knows.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>A CSS hex colour, <c>#rrggbb</c>. The server chooses one where there is none.</summary>
    public string? Color { get; init; }

    /// <summary>The longest wait between two attempts to connect. Default 5 s. Attempts begin at a quarter of a second and double, with jitter.</summary>
    public TimeSpan ReconnectDelayLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// What requests are sent with and WebSockets are opened through: a proxy, a certificate to trust, a way of its own to connect. May be shared by many clients, and is not disposed by any. Null, the default: a new
    /// <see cref="SocketsHttpHandler"/>.
    /// </summary>
    public HttpMessageHandler? HttpHandler { get; init; }

    /// <summary>Where the client tells what happens to its connection. Nowhere by default. No line holds document text or a token.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;
}
