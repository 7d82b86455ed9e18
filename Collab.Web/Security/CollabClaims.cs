namespace Collab.Web.Security;

/// <summary>The claims that Collab reads of whoever a scheme has authenticated. Those of a subject and a name are the usual ones of tokens.</summary>
public static class CollabClaims
{
    /// <summary>Who it is, stable and unique; what permissions are given to. Also <see cref="System.Security.Claims.ClaimTypes.NameIdentifier"/> is taken.</summary>
    public const string Subject = "sub";

    /// <summary>What others see; the subject if there is none. Also <see cref="System.Security.Claims.ClaimTypes.Name"/> is taken.</summary>
    public const string Name = "name";

    /// <summary>The credential's own id, by which it is revoked.</summary>
    public const string TokenId = "jti";

    /// <summary>When the credential was issued and when it expires, in seconds since 1970.</summary>
    public const string IssuedAt = "iat";

    /// <inheritdoc cref="IssuedAt"/>
    public const string ExpiresAt = "exp";

    /// <summary>The documents that the credential is for: a pattern in which <c>*</c> stands for any characters.</summary>
    public const string Documents = "collab:documents";

    /// <summary>The <see cref="Collab.Contracts.Access.Role"/> in those documents, in lower case, unless a document says otherwise.</summary>
    public const string Role = "collab:role";

    /// <summary><c>true</c>: one of those who run the system.</summary>
    public const string Operator = "collab:operator";
}
