namespace Collab.Stress.Reporting;

/// <param name="Attempted">Succeeded, failed and unanswered together.</param>
/// <param name="Seconds">How long the load was driven.</param>
/// <param name="PerSecond">Succeeded ones.</param>
internal sealed record RunTotals(long Attempted, long Succeeded, long Failed, long Unanswered, double Seconds, double PerSecond, long BytesSent, long BytesReceived)
{
    public static RunTotals Of(Recorder recorder, TimeSpan driven)
    {
        var (succeeded, failed, unanswered) = (recorder.SucceededCount, recorder.FailedCount, recorder.UnansweredCount);
        return new RunTotals(
            succeeded + failed + unanswered, succeeded, failed, unanswered, driven.TotalSeconds, driven > TimeSpan.Zero ? succeeded / driven.TotalSeconds : 0, recorder.BytesSent, recorder.BytesReceived);
    }
}
