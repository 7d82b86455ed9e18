namespace Collab.Web.Security;

/// <summary>The authentication schemes that Collab brings. <see cref="AccessOptions.Schemes"/> names those that are asked, a host's own included.</summary>
public static class CollabSchemes
{
    /// <summary>An access token that <c>POST /api/tokens</c> gave out, as <c>Authorization: Bearer …</c>.</summary>
    public const string Token = "Collab.Token";

    /// <summary>A configured key of a back end, in the header <see cref="ApiKeyHeader"/>.</summary>
    public const string ApiKey = "Collab.ApiKey";

    public const string ApiKeyHeader = "X-Api-Key";
}
