using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Collab.Contracts.Access;

namespace Collab.Web.Security;

/// <summary>Whose key it is that a request shows. Only hashes are configured, and they are compared in constant time: keys are random, so a plain hash of one can't be guessed back.</summary>
internal sealed class ApiKeys(AccessSettings settings, TimeProvider time)
{
    /// <summary>What a subject begins with that is a key.</summary>
    public const string SubjectPrefix = "key:";

    /// <summary>The key's owner; null if it is none, or one that has ended.</summary>
    public ClaimsPrincipal? Find(string key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key), hash);
        ApiKeyOptions? found = null;
        // All of them, so that the time tells nothing of how many there are before.
        foreach (var candidate in settings.Current.ApiKeys)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, Convert.FromBase64String(candidate.Hash)))
                found = candidate;
        }

        return found is null || found.ExpiresAt <= time.GetUtcNow() ? null : Principal(found);
    }

    /// <summary>Whether a caller's key is still one, if it is by a key that it is known.</summary>
    public bool Holds(Caller caller) => caller.Principal.Identity?.AuthenticationType != CollabSchemes.ApiKey || settings.Current.ApiKeys.Any(key => Id(key) == caller.TokenId);

    /// <summary>Whether <paramref name="text"/> can be what a key is configured by.</summary>
    public static bool IsHash(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        return Convert.TryFromBase64String(text, hash, out int length) && length == SHA256.HashSizeInBytes;
    }

    // Some of the hash: which key it is, and nothing that helps to guess it.
    private static string Id(ApiKeyOptions key) => string.Concat(SubjectPrefix, key.Hash.AsSpan(0, 12));

    private static ClaimsPrincipal Principal(ApiKeyOptions key)
    {
        List<Claim> claims =
        [
            new(CollabClaims.Subject, SubjectPrefix + key.Name),
            new(CollabClaims.Name, key.Name),
            new(CollabClaims.Documents, key.Documents),
            new(CollabClaims.Role, key.Role.Word()),
            new(CollabClaims.TokenId, Id(key)),
        ];
        if (key.IsOperator)
            claims.Add(new(CollabClaims.Operator, "true"));
        if (key.ExpiresAt is { } end)
            claims.Add(new(CollabClaims.ExpiresAt, $"{end.ToUnixTimeSeconds()}", ClaimValueTypes.Integer64));
        return new ClaimsPrincipal(new ClaimsIdentity(claims, CollabSchemes.ApiKey, CollabClaims.Name, null));
    }
}
