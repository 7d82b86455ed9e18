namespace Collab.Contracts.Sessions;

/// <summary>How well a connection serves a session, as its client last measured it. A member that it has not measured is null.</summary>
/// <param name="At">When the report came, by the host's clock.</param>
/// <param name="RoundTrip">From the client to its host and back.</param>
/// <param name="Jitter">How far round trips differ from one to the next, smoothed (RFC 3550).</param>
/// <param name="Propagation">From the server's order of others' operations until the client had them; the mean since the report before.</param>
/// <param name="ResentRatio">Of the submissions since then, those that had been sent before: 0 to 1.</param>
/// <param name="UpdatesPerSecond">Operations received since then.</param>
/// <param name="BytesPerSecond">Received since then, on the whole connection.</param>
[GenerateSerializer, Immutable, Alias("collab.ConnectionSample")]
public sealed record ConnectionSample(
    [property: Id(0)] DateTimeOffset At,
    [property: Id(1)] TimeSpan? RoundTrip,
    [property: Id(2)] TimeSpan? Jitter,
    [property: Id(3)] TimeSpan? Propagation,
    [property: Id(4)] double? ResentRatio,
    [property: Id(5)] double? UpdatesPerSecond,
    [property: Id(6)] double? BytesPerSecond);
