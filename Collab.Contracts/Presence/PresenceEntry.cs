namespace Collab.Contracts.Presence;

/// <summary>What others may see of one session.</summary>
/// <param name="Color">A CSS hex colour, <c>#rrggbb</c>.</param>
/// <param name="Revision">The revision that positions in <see cref="State"/> refer to.</param>
/// <param name="State">A JSON object of at most 4 KiB, UTF-8; empty for none.</param>
/// <param name="Subject">Who it is, as the host has authenticated it; null for an anonymous one.</param>
/// <param name="Number">Which join of the session says it (<see cref="Sessions.JoinOutcome.Number"/>): what an earlier one still says is passed over. 0 from an older host, which is always heard.</param>
[GenerateSerializer, Immutable, Alias("collab.PresenceEntry")]
public sealed record PresenceEntry(
    [property: Id(0)] SessionId Session,
    [property: Id(1)] string Name,
    [property: Id(2)] string Color,
    [property: Id(3)] Revision Revision,
    [property: Id(4)] ReadOnlyMemory<byte> State,
    [property: Id(5)] string? Subject = null,
    [property: Id(6)] long Number = 0);
