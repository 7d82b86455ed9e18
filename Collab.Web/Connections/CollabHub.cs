using Collab.Web.Messages;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;

namespace Collab.Web.Connections;

/// <summary>
/// The verbs of <c>docs/protocol.md</c>. A hub serves one message of a connection at a time, so nothing here waits: neither for
/// the log nor for a grain. Every answer goes through the connection's outbox.
/// </summary>
internal sealed class CollabHub : Hub
{
    private ClientConnection Connection => Context.Features.GetRequiredFeature<ClientConnection>();

    public void Authenticate(AuthenticateMessage message) => Connection.Authenticate(message);

    public void Join(JoinMessage message) => Connection.Join(message);

    public void Submit(SubmitMessage message) => Connection.Submit(message);

    public void Read(ReadMessage message) => Connection.Read(message);

    public void Presence(PresenceMessage message) => Connection.Presence(message);

    public void Check(CheckMessage message) => Connection.Check(message);

    public void Leave(LeaveMessage message) => Connection.Leave(message);

    public void Quality(QualityMessage message) => Connection.Quality(message);

    /// <summary>Not a verb: <see cref="CollabHubProtocol"/> turns what breaks a rule into this.</summary>
    public void Refuse(RefusedMessage message) => Connection.Refuse(message);
}
