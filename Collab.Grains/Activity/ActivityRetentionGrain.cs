using Collab.Contracts.Activity;
using Collab.Observability;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Collab.Grains.Activity;

/// <summary>Gives up events that are older than they have to be kept, in pieces with pauses between them, for appends wait behind each.</summary>
public sealed partial class ActivityRetentionGrain(IActivityLog log, IOptions<ActivityOptions> options, TimeProvider clock, ILogger<ActivityRetentionGrain> logger) : Grain, IActivityRetentionGrain
{
    private const int PieceEvents = 1_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public async Task Apply()
    {
        if (options.Value.RetainFor == TimeSpan.Zero)
            return;
        var before = clock.GetUtcNow() - options.Value.RetainFor;
        long trimmed = 0;
        try
        {
            for (int piece = PieceEvents; piece == PieceEvents; trimmed += piece)
            {
                if (trimmed > 0)
                    await Task.Delay(Pause, clock);
                piece = await log.TrimAsync(before, PieceEvents, CancellationToken.None);
            }
        }
        catch (Log.LogUnavailableException failure)
        {
            // The next round goes on.
            ErrorMetrics.Count(ErrorComponent.Activity, "not_trimmed");
            LogNotTrimmed(failure.Message);
        }

        if (trimmed > 0)
            LogTrimmed(trimmed, before);
    }

    [LoggerMessage(1611, LogLevel.Information, "{Count} events from before {Before:o} are given up (Collab:Activity:RetainFor).")]
    private partial void LogTrimmed(long count, DateTimeOffset before);

    [LoggerMessage(1612, LogLevel.Warning, "The activity log could not be trimmed: {Reason}")]
    private partial void LogNotTrimmed(string reason);
}
