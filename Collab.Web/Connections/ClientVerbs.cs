using Collab.Observability;
using Collab.Web.Messages;

namespace Collab.Web.Connections;

/// <summary>
/// The verbs of <c>docs/protocol.md</c>, each in a span of its own. Nothing here waits, neither for the log nor for a grain: a connection's messages are handled one at a time, and every answer goes through its outbox.
/// </summary>
internal static class ClientVerbs
{
    private const string AuthenticateSpan = CollabActivities.HubPrefix + "authenticate";

    // One name for whatever could not be read: what stands in place of the verb may be anything.
    private const string RefuseSpan = CollabActivities.HubPrefix + "refuse";

    public static void Handle(ClientConnection connection, ClientMessage message)
    {
        switch (message)
        {
            case SubmitMessage submit:
                using (HubSpan.Begin(submit))
                    connection.Submit(submit);
                break;
            case PresenceMessage presence:
                using (HubSpan.Begin(presence))
                    connection.Presence(presence);
                break;
            case JoinMessage join:
                using (HubSpan.Begin(join))
                    connection.Join(join);
                break;
            case ReadMessage read:
                using (HubSpan.Begin(read))
                    connection.Read(read);
                break;
            case CheckMessage check:
                using (HubSpan.Begin(check))
                    connection.Check(check);
                break;
            case LeaveMessage leave:
                using (HubSpan.Begin(leave))
                    connection.Leave(leave);
                break;
            case QualityMessage quality:
                using (HubSpan.Begin(quality))
                    connection.Quality(quality);
                break;
            case AuthenticateMessage authenticate:
                using (HubSpan.Begin(AuthenticateSpan, null))
                    connection.Authenticate(authenticate);
                break;
            case RefusedMessage refused:
                using (HubSpan.Begin(RefuseSpan, refused.Document))
                    connection.Refuse(refused);
                break;
        }
    }
}
