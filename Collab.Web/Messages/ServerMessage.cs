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

/// <summary>A message to clients, encoded once, for however many connections. Immutable.</summary>
internal sealed class ServerMessage
{
    private readonly ReadOnlyMemory<byte> _head;
    private readonly ReadOnlyMemory<byte> _content;
    private readonly ReadOnlyMemory<byte> _tail;

    /// <summary>In three parts, so that a snapshot's content is sent from the bytes that the grain gave, and never copied into a message.</summary>
    public ServerMessage(ServerMessageType type, ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> content, ReadOnlyMemory<byte> tail)
    {
        (Type, _head, _content, _tail) = (type, head, content, tail);
        Bytes = head.Length + content.Length + tail.Length;
    }

    /// <summary>In one part, as nearly all are.</summary>
    /// <param name="framed">Behind <see cref="TextFrame.HeaderRoom"/> bytes, which are written here, the message.</param>
    /// <param name="bytes">How long the message is.</param>
    public ServerMessage(ServerMessageType type, byte[] framed, int bytes)
    {
        (Type, _head, Bytes) = (type, framed.AsMemory(TextFrame.HeaderRoom, bytes), bytes);
        if (bytes > TextFrame.BytesLimit)
            return;
        int start = TextFrame.WriteHeader(framed, bytes);
        Frame = framed.AsMemory(start, TextFrame.HeaderRoom - start + bytes);
    }

    public ServerMessageType Type { get; }

    public int Bytes { get; }

    /// <summary>All of it, where it is in one part; else empty.</summary>
    public ReadOnlyMemory<byte> Whole => Bytes == _head.Length ? _head : default;

    /// <summary>The same as a WebSocket's frame, if it is not too long for one.</summary>
    public ReadOnlyMemory<byte> Frame { get; }

    /// <summary>Copies what is from <paramref name="start"/> on, as far as there is room.</summary>
    /// <returns>How many bytes.</returns>
    public int CopyTo(int start, Span<byte> room)
    {
        int copied = 0;
        foreach (var part in (ReadOnlySpan<ReadOnlyMemory<byte>>)[_head, _content, _tail])
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
        output.Write(_head.Span);
        if (!_content.IsEmpty)
            output.Write(_content.Span);
        if (!_tail.IsEmpty)
            output.Write(_tail.Span);
    }
}
