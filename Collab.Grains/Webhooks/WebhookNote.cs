using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Collab.Grains.Activity;

namespace Collab.Grains.Webhooks;

/// <summary>What an endpoint has to find again beside its cursor, so that the next activation goes on where this one was.</summary>
/// <param name="To">A delivery under way ends here: made up again, also by another silo, it is the same one.</param>
/// <param name="Since">Since when it is tried.</param>
/// <param name="StoppedAt">A digest of the address that answered 410. Another address is not stopped.</param>
internal sealed record WebhookNote(long? To = null, DateTimeOffset? Since = null, string? StoppedAt = null)
{
    public static readonly WebhookNote None = new();

    /// <summary>A note that can't be read was of another version; a delivery under way is then made up anew, and at worst repeated under another id.</summary>
    public static WebhookNote Of(ConsumerCursor cursor)
    {
        try
        {
            return cursor.Note is { } text ? JsonSerializer.Deserialize<WebhookNote>(text) ?? None : None;
        }
        catch (JsonException)
        {
            return None;
        }
    }

    public static string Digest(string address) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address)).AsSpan(..8));

    public ConsumerCursor At(long position) => new(position, this == None ? null : JsonSerializer.Serialize(this));
}
