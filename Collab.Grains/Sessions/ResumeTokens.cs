using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;

namespace Collab.Grains.Sessions;

/// <summary>
/// Tokens that resume a session, sealed by the framework's data protection. They hold across restarts and hosts, because the key ring does, and need no storage of their own: which of a session's tokens are used up
/// its grain remembers, as long as the session is open.
/// </summary>
public sealed class ResumeTokens(IDataProtectionProvider protection, IOptions<SessionOptions> options, TimeProvider clock)
{
    // The framework's own expiry throws the same for a token that is old and for one that is forged; here it is part of what is sealed.
    private readonly IDataProtector _protector = protection.CreateProtector("Collab.ResumeToken.v2");
    private readonly ITimeLimitedDataProtector _before = protection.CreateProtector("Collab.ResumeToken.v1").ToTimeLimitedDataProtector();

    /// <summary>What of a subject stands in a token: enough to tell it from others, nothing to read, and short whatever the subject's length.</summary>
    public static string? Fingerprint(string? subject) =>
        subject is null ? null : Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(subject)).AsSpan(0, 16));

    public string Issue(SessionId session, DocumentId document, string? subject, long number)
    {
        var expires = clock.GetUtcNow() + options.Value.ResumeTokenLifetime;
        string text = string.Create(CultureInfo.InvariantCulture, $"{session}/{document}/{number}/{expires.ToUnixTimeMilliseconds()}/{Fingerprint(subject)}");
        return Base64Url.EncodeToString(_protector.Protect(Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>What a token says, expired or not; null if it is none of ours.</summary>
    public ResumeToken? Read(string token)
    {
        try
        {
            byte[] sealedBytes = Base64Url.DecodeFromChars(token);
            return Unseal(sealedBytes) ?? UnsealBefore(sealedBytes);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private ResumeToken? Unseal(byte[] sealedBytes)
    {
        try
        {
            string[] parts = Encoding.UTF8.GetString(_protector.Unprotect(sealedBytes)).Split('/');
            return new ResumeToken(
                new SessionId(parts[0]), new DocumentId(parts[1]), parts[4].Length == 0 ? null : parts[4], long.Parse(parts[2], CultureInfo.InvariantCulture),
                DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(parts[3], CultureInfo.InvariantCulture)));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private ResumeToken? UnsealBefore(byte[] sealedBytes)
    {
        try
        {
            string[] parts = Encoding.UTF8.GetString(_before.Unprotect(sealedBytes, out var expires)).Split('/');
            return new ResumeToken(new SessionId(parts[0]), new DocumentId(parts[1]), null, 0, expires) { IsAnybodys = true };
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
