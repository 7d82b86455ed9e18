using System.Diagnostics;
using Collab.Client;
using Collab.Stress.Reporting;
using Collab.Stress.Server;

namespace Collab.Stress;

/// <summary>One run of one scenario: look whether the server is well, open, drive, come to rest, check, report.</summary>
/// <param name="command">What was typed, for the report.</param>
internal sealed class StressRun(StressPlan plan, string command, Progress progress)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly Recorder _recorder = new(plan.Scenario.Name);

    /// <summary>It is the server's fault, or the network's, and no defect of the tool: the message says enough.</summary>
    public static bool IsOfTheServer(Exception failure) => failure is CollabException or HttpRequestException or InvalidOperationException or IOException or TimeoutException;

    /// <exception cref="HttpRequestException">The server does not answer, or says that it is not well.</exception>
    public static async Task RequireHealthAsync(StressPlan plan, CancellationToken interrupted)
    {
        using var server = new StressServer(plan);
        await server.RequireHealthAsync(interrupted);
    }

    /// <param name="interrupted">Ends the driving early; what follows is done all the same.</param>
    /// <exception cref="OperationCanceledException">It was interrupted before anything was driven.</exception>
    public async Task<RunReport> RunAsync(CancellationToken interrupted)
    {
        var started = DateTimeOffset.UtcNow;
        using var server = new StressServer(plan);
        await server.RequireHealthAsync(interrupted);
        await using var load = plan.Scenario.CreateLoad(plan, server, _recorder);
        progress.Says("opening");
        await load.OpenAsync(interrupted);
        var driven = await DriveAsync(load, interrupted);
        progress.Says("waiting for the last answers");
        var integrity = await load.CheckAsync();
        progress.Ends();
        _recorder.Checked(integrity);
        return RunReport.Of(plan, command, started, driven, _recorder, integrity);
    }

    private async Task<DrivenRun> DriveAsync(ILoad load, CancellationToken interrupted)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        var local = ServerProcess.Find(plan.Target);
        var timeline = new Timeline(_recorder, plan.Duration, new UsageMeter(() => ProcessUsage.OfThisProcess()), new UsageMeter(() => local?.Read()));
        var pausesBefore = GC.GetTotalPauseDuration();
        long started = Stopwatch.GetTimestamp();
        timeline.Tool.Start();
        timeline.Server.Start();
        over.CancelAfter(plan.Duration);
        var driving = load.DriveAsync(over.Token);
        for (int second = 1; !driving.IsCompleted; second++)
        {
            // By the clock, not from one to the next: a timeline does not drift.
            var rest = (second * Second) - Stopwatch.GetElapsedTime(started);
            await Task.WhenAny(driving, Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, CancellationToken.None));
            var passed = Stopwatch.GetElapsedTime(started);
            _recorder.TimePassed(passed);
            timeline.TimePassed(passed, driving.IsCompleted);
            progress.TimePassed(passed, plan.Duration, _recorder);
        }

        await driving;
        var time = Stopwatch.GetElapsedTime(started);
        return new DrivenRun(time, interrupted.IsCancellationRequested && time < plan.Duration, timeline, GC.GetTotalPauseDuration() - pausesBefore);
    }
}
