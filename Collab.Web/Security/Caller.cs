using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;

namespace Collab.Web.Security;

/// <summary>Who a connection or a request is, as a scheme has authenticated it; nothing of it is the client's own word.</summary>
/// <param name="Subject">Null for an anonymous caller.</param>
/// <param name="Name">What others see; empty for an anonymous caller, who may name itself.</param>
/// <param name="TokenId">Null where the credential has none.</param>
/// <param name="IssuedAt">Null where the credential does not say.</param>
/// <param name="ExpiresAt">Null for one that doesn't expire.</param>
internal sealed record Caller(
    ClaimsPrincipal Principal, string? Subject, string Name, bool IsOperator, string? TokenId = null, DateTimeOffset? IssuedAt = null, DateTimeOffset? ExpiresAt = null)
{
    private string? _claimsKey;

    /// <summary>The same for all who bring the same claims, whatever credential says so and until when: whoever has them has the same permissions.</summary>
    public string ClaimsKey => _claimsKey ??= KeyOf(Principal);

    /// <summary>Who it is; null for an anonymous one.</summary>
    public static string? SubjectOf(ClaimsPrincipal principal) => principal.FindFirstValue(CollabClaims.Subject) ?? principal.FindFirstValue(ClaimTypes.NameIdentifier);

    /// <summary>Reads <see cref="CollabClaims"/>.</summary>
    public static Caller Of(ClaimsPrincipal principal)
    {
        string? subject = SubjectOf(principal);
        return new Caller(
            principal,
            subject,
            principal.FindFirstValue(CollabClaims.Name) ?? principal.FindFirstValue(ClaimTypes.Name) ?? subject ?? "",
            principal.HasClaim(CollabClaims.Operator, "true"),
            principal.FindFirstValue(CollabClaims.TokenId),
            Time(CollabClaims.IssuedAt),
            Time(CollabClaims.ExpiresAt));

        DateTimeOffset? Time(string claim) => long.TryParse(principal.FindFirstValue(claim), NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
            && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
    }

    private static string KeyOf(ClaimsPrincipal principal)
    {
        var text = new StringBuilder();
        foreach (var claim in principal.Claims)
        {
            if (claim.Type is not (CollabClaims.TokenId or CollabClaims.IssuedAt or CollabClaims.ExpiresAt))
                text.Append(CultureInfo.InvariantCulture, $"{claim.Type.Length}:{claim.Type}={claim.Value.Length}:{claim.Value}");
        }

        return Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>The name, cut to what others are shown.</summary>
    public string Label(int lengthLimit)
    {
        if (Name.Length <= lengthLimit)
            return Name;
        // Never through a surrogate pair: what is left has to be well-formed.
        return Name[..(char.IsHighSurrogate(Name[lengthLimit - 1]) ? lengthLimit - 1 : lengthLimit)];
    }
}
