using Collab.Observability;
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
    private const string AuthenticateSpan = CollabActivities.HubPrefix + "authenticate";

    // One name for whatever could not be read: what stands in place of the verb may be anything.
    private const string RefuseSpan = CollabActivities.HubPrefix + "refuse";

    private ClientConnection Connection => Context.Features.GetRequiredFeature<ClientConnection>();

    public void Authenticate(AuthenticateMessage message)
    {
        using var span = HubSpan.Begin(AuthenticateSpan, null);
        Connection.Authenticate(message);
    }

    public void Join(JoinMessage message) => Handle(message, static (connection, message) => connection.Join(message));

    public void Submit(SubmitMessage message) => Handle(message, static (connection, message) => connection.Submit(message));

    public void Read(ReadMessage message) => Handle(message, static (connection, message) => connection.Read(message));

    public void Presence(PresenceMessage message) => Handle(message, static (connection, message) => connection.Presence(message));

    public void Check(CheckMessage message) => Handle(message, static (connection, message) => connection.Check(message));

    public void Leave(LeaveMessage message) => Handle(message, static (connection, message) => connection.Leave(message));

    public void Quality(QualityMessage message) => Handle(message, static (connection, message) => connection.Quality(message));

    /// <summary>Not a verb: <see cref="CollabHubProtocol"/> turns what breaks a rule into this.</summary>
    public void Refuse(RefusedMessage message)
    {
        using var span = HubSpan.Begin(RefuseSpan, message.Document);
        Connection.Refuse(message);
    }

    private void Handle<TMessage>(TMessage message, Action<ClientConnection, TMessage> handle)
        where TMessage : IDocumentMessage
    {
        using var span = HubSpan.Begin(message);
        handle(Connection, message);
    }
}
