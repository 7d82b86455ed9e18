using System.Text.Json;
using Collab.Operations.Deltas;

namespace Collab.Client.Presence;

/// <summary>What is seen of another session.</summary>
/// <param name="Session">Who; one person with two windows is two sessions.</param>
/// <param name="Name">Display name.</param>
/// <param name="Color">A CSS hex colour, <c>#rrggbb</c>.</param>
/// <param name="Selection">What they have selected, in this replica's content as it is now; null for nothing.</param>
/// <param name="IsTyping">Whether they say that they are typing.</param>
/// <param name="State">Everything that they say of themselves, a JSON object; undefined for nothing.</param>
public sealed record RemotePresence(string Session, string Name, string Color, Selection? Selection, bool IsTyping, JsonElement State)
{
    /// <summary>Who they are to the server; null for somebody anonymous.</summary>
    public string? Subject { get; init; }
}

/// <summary>Presence as it came: positions refer to <paramref name="Revision"/>.</summary>
internal sealed record PresenceUpdate(string Session, string Name, string Color, long Revision, Selection? Selection, bool IsTyping, JsonElement State)
{
    public string? Subject { get; init; }
}
