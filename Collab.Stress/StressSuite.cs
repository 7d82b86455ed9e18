using Collab.Stress.Reporting;

namespace Collab.Stress;

/// <summary>Several runs one after the other, with pauses in which the server comes to rest. One that can't be run does not end the rest.</summary>
internal sealed class StressSuite(IReadOnlyList<StressPlan> plans, TimeSpan pause, string command, StressConsole console)
{
    /// <param name="interrupted">Ends the run that is on and leaves out the rest.</param>
    /// <exception cref="OperationCanceledException">It was interrupted before anything was run.</exception>
    public async Task<RunReport> RunAsync(CancellationToken interrupted)
    {
        var started = DateTimeOffset.UtcNow;
        var reports = new List<RunReport>();
        var failures = new List<(string Scenario, string Failure)>();
        console.Remark($"{plans.Count} scenarios, {plans.Aggregate(TimeSpan.Zero, (sum, plan) => sum + plan.Duration + pause).TotalMinutes:0.#} minutes and what checks take");
        await StressRun.RequireHealthAsync(plans[0], interrupted);
        foreach (var plan in plans.TakeWhile(_ => !interrupted.IsCancellationRequested))
        {
            if (plan != plans[0])
                await Task.Delay(pause, interrupted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (interrupted.IsCancellationRequested)
                break;
            console.Title(plan);
            try
            {
                reports.Add(await new StressRun(plan, command, console.Progress()).RunAsync(interrupted));
                console.Result(Summary.Of(reports[^1], console.Paint));
            }
            catch (Exception failure) when (StressRun.IsOfTheServer(failure))
            {
                failures.Add((plan.Scenario.Name, failure.Message));
                StressConsole.Failure(failure.Message);
            }
        }

        if (reports.Count == 0)
            interrupted.ThrowIfCancellationRequested();
        console.Result(SuiteTable.Of(reports, failures, console.Paint));
        return RunReport.OfAll(plans[0], command, started, reports, failures.Count > 0);
    }
}
