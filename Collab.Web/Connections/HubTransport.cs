using Collab.Web.Delivery;
using Collab.Web.Limits;
using Microsoft.AspNetCore.SignalR;

namespace Collab.Web.Connections;

/// <summary>A connection that was negotiated first, and is SignalR's.</summary>
internal sealed class HubTransport(HubConnectionContext context) : IClientTransport
{
    public string Id => context.ConnectionId;

    public Handshake? Handshake { get; } = context.GetHttpContext() is { } request ? Handshake.Of(request) : null;

    public TimeSpan SilentFor => context.Features.Get<PacedReader>()?.Pace.SilentFor ?? TimeSpan.Zero;

    // SignalR logs a write that failed, and aborts the connection itself; the posts that follow are void then.
    public ValueTask SendAsync(OutboxBurst burst) => context.WriteAsync(burst);

    public void Abort() => context.Abort();
}
