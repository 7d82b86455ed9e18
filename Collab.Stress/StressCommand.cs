using System.CommandLine;
using Collab.Stress.Reporting;
using Collab.Stress.Reporting.Html;

namespace Collab.Stress;

/// <summary>The command line: what to run, against what, and how it ends.</summary>
internal static class StressCommand
{
    /// <summary>Nothing that was acknowledged is lost, doubled or different anywhere.</summary>
    public const int Fine = 0;

    /// <summary>The run found that the system had lost, doubled or changed something.</summary>
    public const int Broken = 1;

    /// <summary>Nothing was found out: wrong arguments, a server that does not answer or does not let the tool in, or a second Ctrl-C.</summary>
    public const int NotDone = 2;

    public static async Task<int> InvokeAsync(string[] args)
    {
        using var interruption = new Interruption();
        var options = new StressOptions();
        var command = options.Command();
        command.SetAction(arguments => RunAsync(options, arguments, interruption.Token));
        var parsed = command.Parse(args);
        int code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }, CancellationToken.None);
        return parsed.Errors.Count > 0 ? NotDone : code;
    }

    private static async Task<int> RunAsync(StressOptions options, ParseResult arguments, CancellationToken interrupted)
    {
        string? json = arguments.GetValue(options.Json);
        var console = new StressConsole(json == "-", arguments.GetValue(options.Quiet), arguments.GetValue(options.NoColor));
        try
        {
            var plans = new StressPlans(options, arguments, new StressEnvironment(Environment.GetEnvironmentVariable)).Make();
            using var jsonFile = json is null or "-" ? null : new ReportFile(json);
            using var htmlFile = arguments.GetValue(options.Html) is { } html ? new ReportFile(html) : null;
            if (htmlFile is not null)
                HtmlReport.RequireViewer();
            await using var metrics = arguments.GetValue(options.MetricsPort) is { } port
                ? new MetricsEndpoint(arguments.GetValue(options.MetricsAddress) ?? "localhost", port, arguments.GetValue(options.Linger) ?? TimeSpan.FromSeconds(15))
                : null;
            if (metrics is not null)
                await metrics.StartAsync();
            var report = await RunAsync(options, arguments, plans, console, interrupted);
            if (json == "-")
                await Console.Out.WriteLineAsync(report.ToJson());
            if (jsonFile is not null)
                await jsonFile.WriteAsync(report.ToJson());
            if (htmlFile is not null)
                await htmlFile.WriteAsync(HtmlReport.Of(report.ToJson()));
            if (metrics is not null)
                await metrics.LingerAsync(interrupted);
            return report.ExitCode;
        }
        catch (Exception failure) when (failure is InvalidPlanException or UnauthorizedAccessException || StressRun.IsOfTheServer(failure))
        {
            StressConsole.Failure(failure.Message);
            return NotDone;
        }
        catch (OperationCanceledException)
        {
            StressConsole.Failure("interrupted before there was anything to check.");
            return NotDone;
        }
    }

    private static async Task<RunReport> RunAsync(StressOptions options, ParseResult arguments, IReadOnlyList<StressPlan> plans, StressConsole console, CancellationToken interrupted)
    {
        string command = CommandLine.WithoutSecrets(arguments.Tokens.Select(token => token.Value));
        console.Remark("Ctrl-C ends it early and still reports, a second one ends it at once.");
        if (arguments.GetValue(options.Scenario) == StressOptions.All)
            return await new StressSuite(plans, arguments.GetValue(options.Pause) ?? TimeSpan.FromSeconds(5), command, console).RunAsync(interrupted);
        console.Title(plans[0]);
        var report = await new StressRun(plans[0], command, console.Progress()).RunAsync(interrupted);
        console.Result(Summary.Of(report, console.Paint));
        return report;
    }
}
