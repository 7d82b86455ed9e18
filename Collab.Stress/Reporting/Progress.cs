using System.Globalization;

namespace Collab.Stress.Reporting;

/// <summary>How a run goes, while it goes: one line that is written anew each second on a terminal, a line each five seconds elsewhere, nothing when nobody wants to know.</summary>
/// <param name="output">Null: nobody wants to know.</param>
internal sealed class Progress(TextWriter? output, bool isTerminal)
{
    private const string ToItsStart = "\r\e[K";

    private static readonly TimeSpan LinePeriod = TimeSpan.FromSeconds(5);

    private LatencySnapshot? _latency;
    private long _succeeded;
    private TimeSpan _at;
    private TimeSpan _lineAt;

    /// <summary>What is done now, where it is not the load that is driven.</summary>
    public void Says(string what)
    {
        if (isTerminal)
            output?.Write($"{ToItsStart}{what} …");
    }

    /// <summary>Called about once a second while the load is driven.</summary>
    public void TimePassed(TimeSpan passed, TimeSpan duration, Recorder recorder)
    {
        if (output is null || (!isTerminal && passed - _lineAt < LinePeriod * 0.9))
            return;
        var latency = recorder.Latency.Snapshot();
        var now = _latency is null ? latency : latency.Since(_latency);
        long succeeded = recorder.SucceededCount;
        double rate = passed > _at ? (succeeded - _succeeded) / (passed - _at).TotalSeconds : 0;
        long errors = recorder.FailedCount + recorder.UnansweredCount;
        var left = duration > passed ? duration - passed : TimeSpan.Zero;
        string line = string.Create(
            CultureInfo.InvariantCulture,
            $"{passed.TotalSeconds,4:0} s  {rate,8:0.0}/s  p50 {now.Quantile(0.5).TotalMilliseconds:0.0} ms  p99 {now.Quantile(0.99).TotalMilliseconds:0.0} ms  errors {errors}  {recorder.Clients} clients  {left.TotalSeconds:0} s left");
        if (isTerminal)
            output.Write(ToItsStart + line);
        else
            output.WriteLine(line);
        (_latency, _succeeded, _at, _lineAt) = (latency, succeeded, passed, passed);
    }

    /// <summary>The line makes room for what comes after.</summary>
    public void Ends()
    {
        if (isTerminal)
            output?.Write(ToItsStart);
    }
}
