using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Collab.Web.Messages;

/// <summary>Answers a handshake for <c>json</c> with <see cref="CollabHubProtocol"/>; there is no other.</summary>
internal sealed class CollabHubProtocolResolver(CollabHubProtocol protocol) : IHubProtocolResolver
{
    public IReadOnlyList<IHubProtocol> AllProtocols { get; } = [protocol];

    public IHubProtocol? GetProtocol(string protocolName, IReadOnlyList<string>? supportedProtocols) =>
        string.Equals(protocolName, protocol.Name, StringComparison.OrdinalIgnoreCase) ? protocol : null;
}
