using System.Buffers;
using Collab.Web.Messages;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Collab.Web.Delivery;

/// <summary>What an outbox sends with one write: whole frames, one after another. Reused from write to write.</summary>
internal sealed class OutboxBurst : HubMessage
{
    private readonly List<ServerMessage> _messages = [];

    public int Bytes { get; private set; }

    public void Add(ServerMessage message)
    {
        _messages.Add(message);
        Bytes += message.Bytes;
    }

    public void Clear()
    {
        _messages.Clear();
        Bytes = 0;
    }

    /// <summary>All of it, where it is one message in one part; else empty.</summary>
    public ReadOnlyMemory<byte> Whole => _messages.Count == 1 ? _messages[0].Whole : default;

    /// <summary>The same as a WebSocket's frame.</summary>
    public ReadOnlyMemory<byte> Frame => _messages.Count == 1 ? _messages[0].Frame : default;

    /// <summary>Copies what stands at <paramref name="message"/> and <paramref name="start"/>, as far as there is room, and moves both behind it.</summary>
    /// <returns>How many bytes; 0 at the end.</returns>
    public int CopyTo(ref int message, ref int start, Span<byte> room)
    {
        int copied = 0;
        for (; message < _messages.Count; message++, start = 0)
        {
            int bytes = _messages[message].CopyTo(start, room[copied..]);
            copied += bytes;
            start += bytes;
            if (start < _messages[message].Bytes)
                break;
        }

        return copied;
    }

    public void WriteTo(IBufferWriter<byte> output)
    {
        foreach (var message in _messages)
            message.WriteTo(output);
    }
}
