using Collab.Contracts.Sessions;

namespace Collab.Web.Quality;

/// <summary>The numbers of a <c>quality</c> message, each within its range. Null where the client said none.</summary>
/// <param name="RoundTrip">Milliseconds, as are <paramref name="Jitter"/> and <paramref name="Propagation"/>.</param>
/// <param name="Resent">0 to 1.</param>
/// <param name="UpdateRate">Per second, as is <paramref name="BytesRate"/>.</param>
internal sealed record QualityReport(double? RoundTrip, double? Jitter, double? Propagation, double? Resent, double? UpdateRate, double? BytesRate)
{
    /// <summary>Ten minutes, in milliseconds. What takes longer is not a connection; and a sum of millions of them is still a number.</summary>
    public const double TimeLimit = 600_000;

    public const double UpdateRateLimit = 1_000_000;

    public const double BytesRateLimit = 1_000_000_000;

    public ConnectionSample At(DateTimeOffset now) => new(now, Time(RoundTrip), Time(Jitter), Time(Propagation), Resent, UpdateRate, BytesRate);

    private static TimeSpan? Time(double? milliseconds) => milliseconds is { } value ? TimeSpan.FromMilliseconds(value) : null;
}
