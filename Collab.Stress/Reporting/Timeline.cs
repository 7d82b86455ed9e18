using Collab.Stress.Server;

namespace Collab.Stress.Reporting;

/// <summary>A run second by second. What it says of a second is of that second alone.</summary>
internal sealed class Timeline
{
    // Longer runs have longer steps, so that a day's report can still be looked at.
    private const int PointsLimit = 3600;

    private readonly Recorder _recorder;
    private readonly TimeSpan _step;
    private readonly List<TimelinePoint> _points = [];
    private LatencySnapshot _latency;
    private LatencySnapshot _propagation;
    private long _succeeded;
    private long _failed;
    private TimeSpan _at;

    public Timeline(Recorder recorder, TimeSpan duration, UsageMeter tool, UsageMeter server)
    {
        (_recorder, Tool, Server) = (recorder, tool, server);
        _step = TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling(duration.TotalSeconds / PointsLimit)));
        (_latency, _propagation) = (recorder.Latency.Snapshot(), recorder.Propagation.Snapshot());
    }

    public UsageMeter Tool { get; }

    public UsageMeter Server { get; }

    public IReadOnlyList<TimelinePoint> Points => _points;

    /// <summary>Called about once a second.</summary>
    /// <param name="isOver">It is the last time: what there is of a step counts as one.</param>
    public void TimePassed(TimeSpan at, bool isOver)
    {
        // A timer may be some milliseconds early.
        if (at - _at < (isOver ? TimeSpan.FromSeconds(0.25) : _step * 0.9))
            return;
        var (latency, propagation) = (_recorder.Latency.Snapshot(), _recorder.Propagation.Snapshot());
        var (succeeded, failed) = (_recorder.SucceededCount, _recorder.FailedCount);
        var (now, applied) = (latency.Since(_latency), propagation.Since(_propagation));
        var (toolCpu, toolMemory) = Tool.Take();
        var (serverCpu, serverMemory) = Server.Take();
        _points.Add(new TimelinePoint(
            Math.Round(at.TotalSeconds, 3),
            succeeded - _succeeded,
            failed - _failed,
            _recorder.Clients,
            At(now, 0.5),
            At(now, 0.99),
            At(applied, 0.99),
            serverCpu,
            serverMemory,
            toolCpu,
            toolMemory));
        (_latency, _propagation, _succeeded, _failed, _at) = (latency, propagation, succeeded, failed, at);

        static double? At(LatencySnapshot seen, double share) => seen.Count > 0 ? seen.Quantile(share).TotalMilliseconds : null;
    }
}
