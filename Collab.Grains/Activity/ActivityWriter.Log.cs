using Microsoft.Extensions.Logging;

namespace Collab.Grains.Activity;

public sealed partial class ActivityWriter
{
    [LoggerMessage(1601, LogLevel.Warning, "{Waiting} events wait for the activity log, the limit (Collab:Activity:QueueEventsLimit); newer ones are dropped until it takes some.")]
    private partial void LogDropping(int waiting);

    [LoggerMessage(1602, LogLevel.Warning, "The activity log is away; {Count} events are kept for it and {Waiting} more wait: {Reason}")]
    private partial void LogAway(int count, int waiting, string reason);

    [LoggerMessage(1603, LogLevel.Error, "{Count} events did not get into the activity log and are lost: {Reason}")]
    private partial void LogLost(int count, string reason);
}
