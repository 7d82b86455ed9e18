using System.Buffers;
using Collab.Web.Messages;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Collab.Web.Delivery;

/// <summary>What an outbox sends with one write: whole frames, one after another. Reused from write to write.</summary>
internal sealed class OutboxBurst : HubMessage
{
    private readonly List<ServerMessage> _messages = [];

    public void Add(ServerMessage message) => _messages.Add(message);

    public void Clear() => _messages.Clear();

    public void WriteTo(IBufferWriter<byte> output)
    {
        foreach (var message in _messages)
            message.WriteTo(output);
    }
}
