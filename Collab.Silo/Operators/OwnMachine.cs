using System.Net;

namespace Collab.Silo.Operators;

/// <summary>Whether a request was made on this machine, by somebody who is on it.</summary>
internal static class OwnMachine
{
    private static readonly string[] ProxyHeaders = ["Forwarded", "Via", "X-Real-IP"];

    // What proxies add, and what ASP.NET Core's middleware for them leaves of it.
    private static readonly string[] ProxyPrefixes = ["X-Forwarded-", "X-Original-"];

    /// <summary>
    /// Not one that a proxy here passed on for somebody else; nor one to a name of somebody else's that leads here: by that any page in a browser here could reach us, as its own origin.
    /// </summary>
    public static bool IsBehind(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
        && IsName(context.Request.Host.Host)
        && !context.Request.Headers.Keys.Any(name =>
            ProxyHeaders.Contains(name, StringComparer.OrdinalIgnoreCase) || ProxyPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)));

    /// <summary>Whether a host's name or address is this machine's loopback, wherever it is asked.</summary>
    public static bool IsName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
