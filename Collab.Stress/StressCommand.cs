using System.CommandLine;
using Collab.Client;
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
            var plan = options.Plan(arguments);
            string? html = arguments.GetValue(options.Html);
            if (html is not null)
                HtmlReport.RequireViewer();
            await using var metrics = arguments.GetValue(options.MetricsPort) is { } port
                ? new MetricsEndpoint(arguments.GetValue(options.MetricsAddress)!, port, arguments.GetValue(options.Linger) ?? TimeSpan.FromSeconds(15))
                : null;
            if (metrics is not null)
                await metrics.StartAsync();
            console.Remark($"{plan} (Ctrl-C ends it early and still reports, a second one ends it at once)");
            var report = await new StressRun(plan, CommandLine.WithoutSecrets(arguments.Tokens.Select(token => token.Value)), console.Progress()).RunAsync(interrupted);
            console.Result(Summary.Of(report, console.Paint));
            if (json == "-")
                await Console.Out.WriteLineAsync(report.ToJson());
            else if (json is not null)
                await File.WriteAllTextAsync(json, report.ToJson(), CancellationToken.None);
            if (html is not null)
                await File.WriteAllTextAsync(html, HtmlReport.Of(report.ToJson()), CancellationToken.None);
            if (metrics is not null)
                await metrics.LingerAsync(interrupted);
            return report.ExitCode;
        }
        catch (Exception failure) when (failure is InvalidPlanException or CollabException or HttpRequestException or InvalidOperationException or IOException or TimeoutException)
        {
            await Console.Error.WriteLineAsync($"collab-stress: {failure.Message}");
            return NotDone;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("collab-stress: interrupted before there was anything to check.");
            return NotDone;
        }
    }
}
