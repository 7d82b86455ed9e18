using System.Net;
using System.Security.Claims;
using Collab.Contracts.Access;
using Microsoft.Extensions.Options;

namespace Collab.Web.Security;

/// <summary>What those may do who show no credential, see <see cref="AccessOptions.Anonymous"/>.</summary>
internal sealed class AnonymousAccess(IOptionsMonitor<AccessOptions> options, IHostEnvironment environment)
{
    private static readonly string[] ProxyHeaders = ["Forwarded", "Via", "X-Real-IP"];

    // What proxies add, and what ASP.NET Core's middleware for them leaves of it.
    private static readonly string[] ProxyPrefixes = ["X-Forwarded-", "X-Original-"];

    /// <summary>The anonymous caller behind a request; null where a credential is needed.</summary>
    public Caller? CallerOf(HttpContext context) => options.CurrentValue.Anonymous switch
    {
        { } role => role == Role.None ? null : Of(role, isOperator: false),
        null when environment.IsDevelopment() && IsOwnMachine(context) => Of(Role.Owner, isOperator: true),
        null => null,
    };

    /// <summary>
    /// Whether a request was made on this machine, to this machine. Not one that a proxy here passed on for somebody else; nor one to a name of somebody else's that leads here, by which any page in a browser here could
    /// reach us as its own origin.
    /// </summary>
    private static bool IsOwnMachine(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
        && (context.Request.Host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(context.Request.Host.Host, out var host) && IPAddress.IsLoopback(host)))
        && !context.Request.Headers.Keys.Any(name =>
            ProxyHeaders.Contains(name, StringComparer.OrdinalIgnoreCase) || ProxyPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)));

    private static Caller Of(Role role, bool isOperator)
    {
        List<Claim> claims = [new(CollabClaims.Documents, "*"), new(CollabClaims.Role, role.Word())];
        if (isOperator)
            claims.Add(new(CollabClaims.Operator, "true"));
        // Without a type: nobody has authenticated it.
        return Caller.Of(new ClaimsPrincipal(new ClaimsIdentity(claims)));
    }
}
