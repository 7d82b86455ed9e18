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

    public void Join(JoinMessage message)
    {
        using var span = HubSpan.Begin(message);
        Connection.Join(message);
    }

    public void Submit(SubmitMessage message)
    {
        using var span = HubSpan.Begin(message);
        Connection.Submit(message);
    }

    public void Read(ReadMessage message)
    {
        using var span = HubSpan.Begin(message);
        Connection.Read(message);
    }

    public void Presence(PresenceMessage message)
    {
        using var span = HubSpan.Begin(message);
        Connection.Presence(message);
    }

    public void Check(CheckMessage message)
    {
        using var span = HubSpan.Begin(message);
        Connection.Check(message);
    }

    public void Leave(LeaveMessage message)
    {
        using var span = HubSpan.Begin(message);
        Connection.Leave(message);
    }

    public void Quality(QualityMessage message)
    {
        using var span = HubSpan.Begin(message);
        Connection.Quality(message);
    }

    /// <summary>Not a verb: <see cref="CollabHubProtocol"/> turns what breaks a rule into this.</summary>
    public void Refuse(RefusedMessage message)
    {
        using var span = HubSpan.Begin(RefuseSpan, message.Document);
        Connection.Refuse(message);
    }
}
