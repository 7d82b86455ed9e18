using Collab.Operations;

namespace Collab.Client.Documents;

/// <summary>An operation of the document's log, as the server sent it: durable.</summary>
/// <param name="Revision">The revision that it makes.</param>
/// <param name="Session">Whose it is.</param>
/// <param name="Sequence">The session's own counter.</param>
/// <param name="Author">The display name of who made it, or null.</param>
/// <param name="At">The server's clock when it was ordered.</param>
/// <param name="Delta">The change, based on the revision before.</param>
/// <param name="Conflicts">What it ran into, at most 32.</param>
public sealed record Operation(
    long Revision, string Session, long Sequence, string? Author, DateTimeOffset At, IDelta Delta, IReadOnlyList<Conflict> Conflicts)
{
    /// <summary>UTF-8 bytes of the delta, as it came.</summary>
    internal int Bytes { get; init; }
}
