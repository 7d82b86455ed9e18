using System.Security.Claims;
using Collab.Contracts.Access;
using Collab.Silo.Operators;

namespace Collab.Web.Security;

/// <summary>What those may do who show no credential, see <see cref="AccessOptions.Anonymous"/>.</summary>
internal sealed class AnonymousAccess(AccessSettings settings, IHostEnvironment environment)
{
    /// <summary>The anonymous caller behind a request; null where a credential is needed.</summary>
    public Caller? CallerOf(HttpContext context) => settings.Current.Anonymous switch
    {
        { } role => role == Role.None ? null : Of(role, isOperator: false),
        null when environment.IsDevelopment() && OwnMachine.IsBehind(context) => Of(Role.Owner, isOperator: true),
        null => null,
    };

    private static Caller Of(Role role, bool isOperator)
    {
        List<Claim> claims = [new(CollabClaims.Documents, "*"), new(CollabClaims.Role, role.Word())];
        if (isOperator)
            claims.Add(new(CollabClaims.Operator, "true"));
        // Without a type: nobody has authenticated it.
        return Caller.Of(new ClaimsPrincipal(new ClaimsIdentity(claims)));
    }
}
