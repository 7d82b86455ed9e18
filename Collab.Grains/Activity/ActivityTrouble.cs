using Collab.Contracts.Refusals;
using Collab.Grains.Log;
using Polly;

namespace Collab.Grains.Activity;

/// <summary>Which failures of the activity log mean that it is away, so that asking again later has a chance.</summary>
internal static class ActivityTrouble
{
    public static bool IsAway(Exception failure) => failure is LogUnavailableException or TimeoutException or ExecutionRejectedException;

    /// <summary>What a reader is told.</summary>
    public static Refusal ToRefusal(Exception failure) =>
        (failure as LogUnavailableException ?? new LogUnavailableException($"The activity log is away: {failure.Message}", failure)).ToRefusal();
}
