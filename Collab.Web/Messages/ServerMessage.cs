using System.Buffers;

namespace Collab.Web.Messages;

/// <summary>What a message to clients is: its target, and the label value of its metrics.</summary>
internal enum ServerMessageType
{
    Joined,
    Operations,
    Acknowledged,
    Refused,
    Presence,
    Closed,
    Authenticated,
    Measured,
    Role,

    /// <summary>SignalR's own: pings, and its goodbye.</summary>
    Control,
}

/// <summary>A message to clients, encoded once as a whole frame, for however many connections. Immutable.</summary>
/// <remarks>In up to three parts, so that a snapshot's content is sent from the bytes that the grain gave, and never copied into a message.</remarks>
internal sealed class ServerMessage(ServerMessageType type, ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> content = default, ReadOnlyMemory<byte> tail = default)
{
    public ServerMessageType Type { get; } = type;

    public int Bytes { get; } = head.Length + content.Length + tail.Length;

    /// <summary>All of it, where it is in one part; as nearly all are.</summary>
    public ReadOnlyMemory<byte>? Whole => Bytes == head.Length ? head : default(ReadOnlyMemory<byte>?);

    /// <summary>Copies what is from <paramref name="start"/> on, as far as there is room.</summary>
    /// <returns>How many bytes.</returns>
    public int CopyTo(int start, Span<byte> room)
    {
        int copied = 0;
        foreach (var part in (ReadOnlySpan<ReadOnlyMemory<byte>>)[head, content, tail])
        {
            if (start < part.Length)
            {
                var rest = part.Span[start..];
                rest = rest[..Math.Min(rest.Length, room.Length - copied)];
                rest.CopyTo(room[copied..]);
                copied += rest.Length;
            }

            start = Math.Max(0, start - part.Length);
        }

        return copied;
    }

    public void WriteTo(IBufferWriter<byte> output)
    {
        output.Write(head.Span);
        if (!content.IsEmpty)
            output.Write(content.Span);
        if (!tail.IsEmpty)
            output.Write(tail.Span);
    }
}
