using System.Security.Cryptography;
using System.Text;

namespace Collab.Tests.Webhooks;

/// <summary>What a receiver in C# does with a delivery, written from the specification. <c>docs/webhooks.md</c> shows it, and the tests judge deliveries by it.</summary>
internal static class WebhookVerification
{
    #region verify
    public static bool IsGenuine(string secret, string id, string timestamp, string signatures, byte[] body, DateTimeOffset now)
    {
        if (!long.TryParse(timestamp, out long seconds) || Math.Abs(now.ToUnixTimeSeconds() - seconds) > 5 * 60)
            return false;
        byte[] key = Convert.FromBase64String(secret["whsec_".Length..]);
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hmac.AppendData(Encoding.UTF8.GetBytes($"{id}.{timestamp}."));
        hmac.AppendData(body);
        byte[] expected = Encoding.ASCII.GetBytes("v1," + Convert.ToBase64String(hmac.GetHashAndReset()));
        return signatures.Split(' ').Any(signature => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(signature), expected));
    }
    #endregion
}
