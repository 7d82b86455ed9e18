namespace Collab.Contracts.Presence;

/// <summary>What others may see of one session.</summary>
/// <param name="Color">A CSS hex colour, <c>#rrggbb</c>.</param>
/// <param name="Revision">The revision that positions in <see cref="State"/> refer to.</param>
/// <param name="State">A JSON object of at most 4 KiB, UTF-8; empty for none.</param>
[GenerateSerializer, Immutable, Alias("collab.PresenceEntry")]
public sealed record PresenceEntry(
    [property: Id(0)] SessionId Session,
    [property: Id(1)] string Name,
    [property: Id(2)] string Color,
    [property: Id(3)] Revision Revision,
    [property: Id(4)] ReadOnlyMemory<byte> State);
