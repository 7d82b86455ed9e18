using Collab.Contracts;
using Collab.Web.Connections;
using Collab.Web.Messages;

namespace Collab.Web.Delivery;

/// <summary>One message in an outbox.</summary>
/// <param name="Message">Null for presence that was merged while it waited: it is encoded when it is sent.</param>
/// <param name="Stay">Whose it is; null for a message that is not dropped with a stay.</param>
/// <param name="Last">For operations: the newest one in the message.</param>
internal readonly record struct OutboxEntry(ServerMessage? Message, int Bytes, Stay? Stay = null, Revision? Last = null, PresenceChanges? Presence = null)
{
    public bool IsOperations => Last is not null;
}
