using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Collab.Contracts.Activity;

namespace Collab.Grains.Webhooks;

/// <summary>Events that are posted together. The same events make the same delivery, id and bytes, whoever makes it and when.</summary>
internal sealed class WebhookDelivery
{
    public WebhookDelivery(string endpoint, ImmutableArray<ActivityEvent> events)
    {
        Events = events;
        // Not by position: after a database was made anew they begin again at 1, and a receiver would take what comes for something that it has had.
        var named = Encoding.UTF8.GetBytes($"{endpoint}\n{string.Join('\n', events.Select(happened => happened.Id))}");
        Id = $"msg_{Convert.ToHexStringLower(SHA256.HashData(named).AsSpan(..16))}";
        Body = Write(endpoint, events);
    }

    /// <summary>For header <c>webhook-id</c>; has no full stop.</summary>
    public string Id { get; }

    public ImmutableArray<ActivityEvent> Events { get; }

    public ReadOnlyMemory<byte> Body { get; }

    private static ReadOnlyMemory<byte> Write(string endpoint, ImmutableArray<ActivityEvent> events)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, "collab.activity"u8);
            writer.WriteString("timestamp"u8, events.Max(happened => happened.At));
            writer.WriteStartObject("data"u8);
            writer.WriteString("endpoint"u8, endpoint);
            writer.WriteStartArray("events"u8);
            foreach (var happened in events)
                ActivityJson.Write(writer, happened);
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return output.WrittenMemory;
    }
}
