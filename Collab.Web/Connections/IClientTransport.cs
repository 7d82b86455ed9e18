using Collab.Web.Delivery;

namespace Collab.Web.Connections;

/// <summary>What carries one client's messages: a WebSocket that is served here (<see cref="Sockets.ClientSocket"/>), or a connection that SignalR serves (<see cref="HubTransport"/>).</summary>
internal interface IClientTransport
{
    string Id { get; }

    /// <summary>What is known of the request that it began with.</summary>
    Handshake? Handshake { get; }

    /// <summary>For how long nothing came, a ping included.</summary>
    TimeSpan SilentFor { get; }

    /// <summary>Writes to the network; one at a time. Completes when what comes next may be written, and never fails: a connection that can't be written to is aborted.</summary>
    ValueTask SendAsync(OutboxBurst burst);

    /// <summary>Ends it without further words. Returns at once.</summary>
    void Abort();
}
