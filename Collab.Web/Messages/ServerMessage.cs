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
}

/// <summary>A message to clients, encoded once as a whole frame, for however many connections. Immutable.</summary>
/// <remarks>In up to three parts, so that a snapshot's content is sent from the bytes that the grain gave, and never copied into a message.</remarks>
internal sealed class ServerMessage(ServerMessageType type, ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> content = default, ReadOnlyMemory<byte> tail = default)
{
    public ServerMessageType Type { get; } = type;

    public int Bytes { get; } = head.Length + content.Length + tail.Length;

    public void WriteTo(IBufferWriter<byte> output)
    {
        output.Write(head.Span);
        if (!content.IsEmpty)
            output.Write(content.Span);
        if (!tail.IsEmpty)
            output.Write(tail.Span);
    }
}
