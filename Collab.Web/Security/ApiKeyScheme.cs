using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Collab.Web.Security;

/// <summary><see cref="CollabSchemes.ApiKey"/>: which configured key a request shows.</summary>
internal sealed class ApiKeyScheme(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ApiKeys keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        string? key = Request.Headers[CollabSchemes.ApiKeyHeader];
        if (string.IsNullOrEmpty(key))
            return Task.FromResult(AuthenticateResult.NoResult());
        return Task.FromResult(keys.Find(key) is { } owner
            ? AuthenticateResult.Success(new AuthenticationTicket(owner, Scheme.Name))
            : AuthenticateResult.Fail(new CredentialRefusedException($"The API key is none that is configured (Collab:Access:ApiKeys), or has ended.")));
    }
}
