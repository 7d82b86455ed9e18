using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Collab.Client;

/// <summary>Who connects, and how patiently.</summary>
public sealed class CollabClientOptions
{
    /// <summary>Display name, up to 64 characters; others see it beside the selection, and operations carry it as their author.</summary>
    public string? Name { get; init; }

    /// <summary>A CSS hex colour, <c>#rrggbb</c>. The server chooses one where there is none.</summary>
    public string? Color { get; init; }

    /// <summary>The longest wait between two attempts to connect. Default 5 s. Attempts begin at a quarter of a second and double, with jitter.</summary>
    public TimeSpan ReconnectDelayLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Where the client tells what happens to its connection. Nowhere by default. No line holds document text or a token.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;
}
