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
            case SubmitMessage submit: Handle(connection, submit, static (connection, message) => connection.Submit(message)); break;
            case PresenceMessage presence: Handle(connection, presence, static (connection, message) => connection.Presence(message)); break;
            case JoinMessage join: Handle(connection, join, static (connection, message) => connection.Join(message)); break;
            case ReadMessage read: Handle(connection, read, static (connection, message) => connection.Read(message)); break;
            case CheckMessage check: Handle(connection, check, static (connection, message) => connection.Check(message)); break;
            case LeaveMessage leave: Handle(connection, leave, static (connection, message) => connection.Leave(message)); break;
            case QualityMessage quality: Handle(connection, quality, static (connection, message) => connection.Quality(message)); break;
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

    private static void Handle<TMessage>(ClientConnection connection, TMessage message, Action<ClientConnection, TMessage> handle)
        where TMessage : IDocumentMessage
    {
        using var span = HubSpan.Begin(message);
        handle(connection, message);
    }
}
