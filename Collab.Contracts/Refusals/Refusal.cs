namespace Collab.Contracts.Refusals;

/// <summary>An expected "no", as a value.</summary>
/// <param name="Reason">The error code.</param>
/// <param name="Detail">A sentence for developers that names the value seen and the limit; never document text or a token.</param>
/// <param name="RetryAfter">When a retry has a chance, where that is known.</param>
/// <param name="Conflicts">For <see cref="RefusalReason.Conflict"/>: the canonical JSON array of what it ran into.</param>
[GenerateSerializer, Immutable, Alias("collab.Refusal")]
public sealed record Refusal(
    [property: Id(0)] RefusalReason Reason,
    [property: Id(1)] string Detail,
    [property: Id(2)] TimeSpan? RetryAfter = null,
    [property: Id(3)] ReadOnlyMemory<byte> Conflicts = default);
