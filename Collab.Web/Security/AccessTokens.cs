using System.Buffers.Text;
using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using Collab.Contracts.Access;
using Microsoft.AspNetCore.DataProtection;

namespace Collab.Web.Security;

/// <summary>What an access token says of whoever shows it.</summary>
/// <param name="Name">What others see; empty: the subject.</param>
/// <param name="Documents">The documents that it is for, a pattern.</param>
/// <param name="Role">What its owner may do there, unless a document says otherwise.</param>
/// <param name="Id">By this it can be revoked.</param>
/// <param name="ExpiresAt">In whole seconds, as <paramref name="IssuedAt"/>.</param>
internal sealed record AccessToken(string Subject, string Name, string Documents, Role Role, string Id, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt)
{
    /// <summary>Characters of a subject.</summary>
    public const int SubjectLimit = 200;

    public ClaimsPrincipal Principal()
    {
        List<Claim> claims =
        [
            new(CollabClaims.Subject, Subject),
            new(CollabClaims.Name, Name.Length > 0 ? Name : Subject),
            new(CollabClaims.Documents, Documents),
            new(CollabClaims.Role, Role.Word()),
            new(CollabClaims.TokenId, Id),
            new(CollabClaims.IssuedAt, Seconds(IssuedAt), ClaimValueTypes.Integer64),
            new(CollabClaims.ExpiresAt, Seconds(ExpiresAt), ClaimValueTypes.Integer64),
        ];
        return new ClaimsPrincipal(new ClaimsIdentity(claims, CollabSchemes.Token, CollabClaims.Name, null));
    }

    private static string Seconds(DateTimeOffset time) => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}

/// <summary>
/// Access tokens: what they say, sealed by the framework's data protection under a purpose of its own. They hold across restarts and hosts, because the key ring does, and need no storage; whoever has one can neither read
/// nor change it.
/// </summary>
internal sealed class AccessTokens(IDataProtectionProvider protection, TimeProvider time)
{
    /// <summary>Characters; ours have 250 to 1,200.</summary>
    public const int LengthLimit = 4096;

    private const byte Format = 1;

    private readonly IDataProtector _protector = protection.CreateProtector("Collab.AccessToken.v1");

    /// <summary>Random, and short enough for a person to copy.</summary>
    public static string NewId() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(12));

    public string Seal(AccessToken token)
    {
        using var plain = new MemoryStream();
        using var writer = new BinaryWriter(plain);
        writer.Write(Format);
        writer.Write((byte)token.Role);
        writer.Write(token.IssuedAt.ToUnixTimeSeconds());
        writer.Write(token.ExpiresAt.ToUnixTimeSeconds());
        writer.Write(token.Id);
        writer.Write(token.Subject);
        writer.Write(token.Name);
        writer.Write(token.Documents);
        writer.Flush();
        return Base64Url.EncodeToString(_protector.Protect(plain.ToArray()));
    }

    /// <summary>What a token says.</summary>
    /// <param name="refusal">Why it says nothing: a sentence for developers, without the token.</param>
    public AccessToken? Open(string sealedToken, out string refusal)
    {
        refusal = "The access token is none of this server's: it was altered or cut off, is for something else, or the keys that it was made with are gone.";
        if (sealedToken.Length > LengthLimit || !Base64Url.IsValid(sealedToken))
            return null;
        AccessToken? token;
        try
        {
            token = Read(_protector.Unprotect(Base64Url.DecodeFromChars(sealedToken)));
        }
        catch (CryptographicException)
        {
            return null;
        }

        if (token is null)
        {
            refusal = "The access token is of a newer version of this server.";
            return null;
        }

        if (token.ExpiresAt > time.GetUtcNow())
            return token;
        refusal = $"The access token expired at {token.ExpiresAt:u}.";
        return null;
    }

    // What was sealed here is whole; only its format may be another host's, during an upgrade.
    private static AccessToken? Read(byte[] plain)
    {
        using var reader = new BinaryReader(new MemoryStream(plain));
        if (reader.ReadByte() != Format)
            return null;
        var role = (Role)reader.ReadByte();
        var issued = DateTimeOffset.FromUnixTimeSeconds(reader.ReadInt64());
        var expires = DateTimeOffset.FromUnixTimeSeconds(reader.ReadInt64());
        string id = reader.ReadString();
        string subject = reader.ReadString();
        string name = reader.ReadString();
        return new AccessToken(subject, name, reader.ReadString(), role, id, issued, expires);
    }
}
