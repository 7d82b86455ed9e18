using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Collab.Grains.Webhooks;

/// <summary>
/// Signs deliveries as the Standard Webhooks specification says: HMAC-SHA256 over <c>id.timestamp.body</c>, written <c>v1,&lt;base64&gt;</c>, one for each secret with a space between.
/// </summary>
/// <remarks><see href="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"/></remarks>
internal sealed class WebhookSigner
{
    private const string SecretPrefix = "whsec_";
    private const int KeyBytesLeast = 24;
    private const int KeyBytesLimit = 64;

    private readonly byte[][] _keys;

    /// <param name="secrets">The newest first; empty ones are none.</param>
    public WebhookSigner(params IEnumerable<string> secrets) =>
        _keys = [.. secrets.Where(secret => secret.Length > 0).Select(secret => Key(secret) ?? throw new ArgumentException("A webhook's secret is not what WebhookOptions says.", nameof(secrets)))];

    /// <summary>Whether it is a secret that the specification knows.</summary>
    public static bool IsSecret(string text) => Key(text) is not null;

    /// <param name="id">Has no full stop.</param>
    public string Sign(string id, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{at.ToUnixTimeSeconds()}.")), .. body];
        return string.Join(' ', _keys.Select(key => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, signed))}"));
    }

    private static byte[]? Key(string secret)
    {
        if (!secret.StartsWith(SecretPrefix, StringComparison.Ordinal))
            return null;
        var key = new byte[secret.Length];
        return Convert.TryFromBase64String(secret[SecretPrefix.Length..], key, out int length) && length is >= KeyBytesLeast and <= KeyBytesLimit ? key[..length] : null;
    }
}
