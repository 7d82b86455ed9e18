using Collab.Web.Messages;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;

namespace Collab.Web.Connections;

/// <summary>The verbs as SignalR calls them, for connections that were negotiated. It serves one message of a connection at a time.</summary>
internal sealed class CollabHub : Hub
{
    public void Authenticate(AuthenticateMessage message) => Handle(message);

    public void Join(JoinMessage message) => Handle(message);

    public void Submit(SubmitMessage message) => Handle(message);

    public void Read(ReadMessage message) => Handle(message);

    public void Presence(PresenceMessage message) => Handle(message);

    public void Check(CheckMessage message) => Handle(message);

    public void Leave(LeaveMessage message) => Handle(message);

    public void Quality(QualityMessage message) => Handle(message);

    /// <summary>Not a verb: <see cref="CollabHubProtocol"/> turns what breaks a rule into this.</summary>
    public void Refuse(RefusedMessage message) => Handle(message);

    private void Handle(ClientMessage message) => ClientVerbs.Handle(Context.Features.GetRequiredFeature<ClientConnection>(), message);
}
