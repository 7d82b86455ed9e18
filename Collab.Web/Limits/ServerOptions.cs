using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Collab.Web.Limits;

/// <summary>What <c>Collab.Web</c> lets Kestrel take; section <c>Collab:Server</c>. A host that Collab is built into sets its own server up.</summary>
public sealed class ServerOptions
{
    public const string Section = "Collab:Server";

    /// <summary>
    /// TCP connections at once, of whatever kind and whoever has sent anything or not; one more is closed unanswered. Above <see cref="ClientLimits.Connections"/>, so that clients get an answer. Default 60,000, 10 to 20,000,000.
    /// </summary>
    [Range(10, 20_000_000)]
    public int Connections { get; set; } = 60_000;

    /// <summary>Bytes of a request's headers together; more is answered with 431. Default 16 KiB, 1 KiB to 1 MiB.</summary>
    [Range(1 << 10, 1 << 20)]
    public int HeaderBytes { get; set; } = 16 << 10;

    /// <summary>Headers of a request; more is answered with 431. Default 64, 16 to 1,000.</summary>
    [Range(16, 1_000)]
    public int HeaderCount { get; set; } = 64;

    /// <summary>How long a request's headers may take to arrive; then the connection is closed. Default 15 s, 1 s to 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan HeadersTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a connection may say nothing between two requests, or before its first; then it is closed. WebSockets are kept by their pings. Default 1 min, 1 s to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Bytes a second in which a request's body has to arrive at least, after a grace of 5 s; below, the connection is closed. Default 240 B, 1 B to 1 MiB.</summary>
    [Range(1, 1 << 20)]
    public int BodyBytesPerSecond { get; set; } = 240;
}

/// <summary>Hands <see cref="ServerOptions"/> to Kestrel.</summary>
internal static class ServerLimits
{
    private static readonly TimeSpan BodyGrace = TimeSpan.FromSeconds(5);

    /// <summary>Checked in every host; applied where <see cref="UseServerLimits"/> is called.</summary>
    public static void AddServerOptions(this IServiceCollection services) =>
        services.AddOptions<ServerOptions>().BindConfiguration(ServerOptions.Section).ValidateDataAnnotations().ValidateOnStart();

    public static void UseServerLimits(this IServiceCollection services) => services.AddOptions<KestrelServerOptions>().Configure<IOptions<ServerOptions>, IOptions<CollabOptions>>((kestrel, server, collab) =>
    {
        var limits = kestrel.Limits;
        kestrel.AddServerHeader = false;
        limits.MaxConcurrentConnections = server.Value.Connections;
        limits.MaxRequestHeadersTotalSize = server.Value.HeaderBytes;
        limits.MaxRequestHeaderCount = server.Value.HeaderCount;
        limits.MaxRequestLineSize = Math.Min(limits.MaxRequestLineSize, server.Value.HeaderBytes);
        limits.RequestHeadersTimeout = server.Value.HeadersTimeout;
        limits.KeepAliveTimeout = server.Value.IdleTimeout;
        limits.MinRequestBodyDataRate = new MinDataRate(server.Value.BodyBytesPerSecond, BodyGrace);
        // A body that is a little too large is answered with its refusal; one that is much too large is not even taken.
        limits.MaxRequestBodySize = 2L * collab.Value.Limits.MessageBytes;
    });
}
