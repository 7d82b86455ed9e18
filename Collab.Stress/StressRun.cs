using System.Diagnostics;
using Collab.Stress.Integrity;
using Collab.Stress.Reporting;
using Collab.Stress.Server;

namespace Collab.Stress;

/// <summary>One run of one scenario: look whether the server is well, open, drive, come to rest, check, report.</summary>
internal static class StressRun
{
    /// <param name="command">What was typed, for the report.</param>
    /// <param name="interrupted">Ends the driving early; what follows is done all the same.</param>
    public static async Task<RunReport> RunAsync(StressPlan plan, string command, CancellationToken interrupted)
    {
        var started = DateTimeOffset.UtcNow;
        var recorder = new Recorder(plan.Scenario.Name);
        using var server = new StressServer(plan);
        await server.RequireHealthAsync(interrupted);
        await using var load = plan.Scenario.CreateLoad(plan, server, recorder);
        await load.OpenAsync(interrupted);
        var driven = await DriveAsync(load, plan, recorder, interrupted);
        bool isInterrupted = interrupted.IsCancellationRequested && driven < plan.Duration;
        var integrity = await load.CheckAsync();
        recorder.Checked(integrity);
        return RunReport.Of(plan, command, started, driven, isInterrupted, recorder, integrity);
    }

    private static async Task<TimeSpan> DriveAsync(ILoad load, StressPlan plan, Recorder recorder, CancellationToken interrupted)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        long started = Stopwatch.GetTimestamp();
        recorder.Starts();
        over.CancelAfter(plan.Duration);
        var driving = load.DriveAsync(over.Token);
        while (!driving.IsCompleted)
        {
            await Task.WhenAny(driving, Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None));
            recorder.TimePassed();
        }

        await driving;
        return Stopwatch.GetElapsedTime(started);
    }
}
