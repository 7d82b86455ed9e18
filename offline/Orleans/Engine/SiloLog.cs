using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Orleans.Engine;

/// <summary>What the engine has to tell the operator.</summary>
internal sealed partial class SiloLog(ILogger<SiloRuntime> logger)
{
    [LoggerMessage(1, LogLevel.Information, "Silo started on the in-process stand-in for Orleans: one node, no clustering.")]
    public partial void Started();

    [LoggerMessage(2, LogLevel.Information, "Silo stopped; {Left} activations had not ended in time.")]
    public partial void Stopped(int left);

    [LoggerMessage(3, LogLevel.Error, "Grain {GrainId} failed to activate.")]
    public partial void ActivationFailed(Exception exception, GrainId grainId);

    [LoggerMessage(4, LogLevel.Error, "Grain {GrainId} failed while it was deactivated.")]
    public partial void DeactivationFailed(Exception exception, GrainId grainId);

    [LoggerMessage(5, LogLevel.Warning, "A timer of grain {GrainId} failed; it goes on.")]
    public partial void TimerFailed(Exception exception, GrainId grainId);

    [LoggerMessage(6, LogLevel.Warning, "One-way call {Method} on {GrainId} failed.")]
    public partial void OneWayCallFailed(Exception exception, string method, GrainId grainId);

    [LoggerMessage(7, LogLevel.Warning, "Observer {GrainId} is gone; call {Method} was dropped.")]
    public partial void ObserverGone(GrainId grainId, string method);

    [LoggerMessage(8, LogLevel.Warning, "Response did not arrive on time in {Timeout} for {Call}.")]
    public partial void TimedOut(TimeSpan timeout, GrainCall call);

    [LoggerMessage(9, LogLevel.Error, "The silo's housekeeping failed; it goes on.")]
    public partial void HousekeepingFailed(Exception exception);

    [LoggerMessage(10, LogLevel.Warning, "{Grain} got a batch of stream {Stream} that it has no observer for; it is dropped.")]
    public partial void NobodySubscribed(Type grain, StreamId stream);

    [LoggerMessage(11, LogLevel.Error, "A batch of stream {Stream} is given up: {GrainId} did not take it.")]
    public partial void StreamFailed(Exception exception, StreamId stream, GrainId grainId);
}
