using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;

namespace Collab.Grains.Sessions;

/// <summary>
/// Tokens that resume a session: the session and document, sealed by the framework's data protection with an expiry. They hold across
/// restarts and hosts, because the key ring does, and need no storage of their own.
/// </summary>
public sealed class ResumeTokens(IDataProtectionProvider protection, IOptions<SessionOptions> options)
{
    private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector("Collab.ResumeToken.v1").ToTimeLimitedDataProtector();

    public string Issue(SessionId session, DocumentId document)
    {
        byte[] sealedBytes = _protector.Protect(Encoding.UTF8.GetBytes($"{session}/{document}"), options.Value.ResumeTokenLifetime);
        return Convert.ToBase64String(sealedBytes).Replace('+', '-').Replace('/', '_').TrimEnd('=');
    }

    /// <summary>The session that a token resumes in a document; null if it is not ours, has expired, or belongs to another document.</summary>
    public SessionId? Read(string token, DocumentId document)
    {
        try
        {
            string base64 = token.Replace('-', '+').Replace('_', '/');
            byte[] sealedBytes = Convert.FromBase64String(base64.PadRight((base64.Length + 3) / 4 * 4, '='));
            string[] parts = Encoding.UTF8.GetString(_protector.Unprotect(sealedBytes)).Split('/');
            return parts.Length == 2 && parts[1] == document.Value ? new SessionId(parts[0]) : null;
        }
        catch (Exception refused) when (refused is CryptographicException or FormatException)
        {
            return null;
        }
    }
}
