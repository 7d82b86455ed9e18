using Microsoft.Extensions.Options;

namespace Collab.Web.Security;

/// <summary>
/// Keeps pages of foreign origins from connecting, and from changing anything, with a visitor's browser. WebSockets know no same-origin policy: without
/// this, any page could open a socket here. Programs send no Origin and pass: they hold no visitor's credentials.
/// </summary>
internal sealed class OriginCheck(IOptions<CollabOptions> options)
{
    public bool IsAllowed(HttpRequest request)
    {
        string? origin = request.Headers.Origin;
        if (string.IsNullOrEmpty(origin))
            return true;
        return Uri.TryCreate(origin, UriKind.Absolute, out var uri)
            && (string.Equals(uri.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase)
                || options.Value.Browsers.AllowedOrigins.Any(allowed => allowed == "*" || string.Equals(allowed.TrimEnd('/'), origin, StringComparison.OrdinalIgnoreCase)));
    }
}
