using Collab.Contracts.Refusals;
using Collab.Observability;
using Collab.Web.Connections;
using Microsoft.AspNetCore.Authentication;

namespace Collab.Web.Security;

/// <summary>What is known of a credential.</summary>
/// <param name="Caller">Whose it is; anonymous where none was shown and none is needed.</param>
/// <param name="Refusal">Why it is not taken. Neither: none was shown.</param>
internal readonly record struct Identification(Caller? Caller, Refusal? Refusal)
{
    public static Refusal Missing { get; } = new(RefusalReason.Unauthenticated, "A credential is needed: an access token (Authorization: Bearer, or the message authenticate) or an API key (X-Api-Key).");
}

/// <summary>Asks the schemes of <see cref="AccessOptions.Schemes"/> who somebody is: for a request by what it carries, for a message by its token.</summary>
internal sealed partial class CallerAuthentication(
    AccessSettings settings, AnonymousAccess anonymous, IServiceScopeFactory scopes, ILogger<CallerAuthentication> logger)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = logger;

    /// <summary>Who is behind a request, by its headers and cookies.</summary>
    public async Task<Identification> IdentifyAsync(HttpContext context, string kind)
    {
        var identification = await AskAsync(context);
        if (identification is { Caller: null, Refusal: null })
            identification = new Identification(anonymous.CallerOf(context), null);
        AccessMetrics.Attempt(identification, kind);
        return identification;
    }

    /// <summary>Whose <paramref name="token"/> it is, as the same schemes see it that see a request's: as a bearer token of a request like the <paramref name="handshake"/>.</summary>
    public async Task<Identification> IdentifyAsync(string token, Handshake? handshake)
    {
        await using var scope = scopes.CreateAsyncScope();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        if (handshake is not null)
        {
            (context.Request.Scheme, context.Request.Host, context.Request.Path) = (handshake.Scheme, handshake.Host, handshake.Path);
            context.Connection.RemoteIpAddress = handshake.Address;
        }

        context.Request.Method = HttpMethods.Get;
        context.Request.Headers.Authorization = "Bearer " + token;
        var identification = await AskAsync(context);
        if (identification is { Caller: null, Refusal: null })
            identification = new Identification(null, Refuse("No scheme takes this token (Collab:Access:Schemes)."));
        AccessMetrics.Attempt(identification, AccessMetrics.Message);
        return identification;
    }

    private async Task<Identification> AskAsync(HttpContext context)
    {
        string? refusal = null;
        foreach (string scheme in settings.Current.AskedSchemes)
        {
            AuthenticateResult result;
            try
            {
                result = await context.AuthenticateAsync(scheme);
            }
            catch (Exception failure) when (!context.RequestAborted.IsCancellationRequested)
            {
                // It may be good: nobody could tell.
                ErrorMetrics.Count(ErrorComponent.Access, "scheme_failed");
                LogFailed(scheme, failure);
                return new Identification(null, new Refusal(RefusalReason.StorageUnavailable, $"The credential could not be checked by {scheme}.", RetryAfter));
            }

            if (result.Succeeded)
                return Admit(scheme, result.Ticket, context);
            // A host's own scheme may say anything; of what it says nothing is passed on.
            if (result.Failure is { } failed)
                refusal ??= failed is CredentialRefusedException ? failed.Message : $"The credential was refused by {scheme}.";
        }

        return new Identification(null, refusal is null ? null : Refuse(refusal));
    }

    private static Identification Admit(string scheme, AuthenticationTicket ticket, HttpContext context)
    {
        var caller = Caller.Of(ticket.Principal);
        if (string.IsNullOrEmpty(caller.Subject))
            return new Identification(null, Refuse($"The scheme {scheme} names no subject: a claim {CollabClaims.Subject} is needed."));
        // What expires by itself, a cookie, need not say so in a claim.
        caller = caller with { ExpiresAt = caller.ExpiresAt ?? ticket.Properties.ExpiresUtc, IssuedAt = caller.IssuedAt ?? ticket.Properties.IssuedUtc };
        return context.RequestServices.GetService<IRevocations>()?.IsRevoked(caller) == true
            ? new Identification(null, Refuse("The credential was revoked."))
            : new Identification(caller, null);
    }

    private static Refusal Refuse(string detail) => new(RefusalReason.Unauthenticated, detail);

    [LoggerMessage(3211, LogLevel.Warning, "The authentication scheme {Scheme} failed; whoever asked was told to retry.")]
    private partial void LogFailed(string scheme, Exception failure);
}
