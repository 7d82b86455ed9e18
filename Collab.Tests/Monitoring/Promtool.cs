using System.Diagnostics;

namespace Collab.Tests.Monitoring;

/// <summary>Prometheus' own checks of files and of what is scraped.</summary>
internal static class Promtool
{
    /// <summary>What is wrong with a scrape in the text format, one line each; none for a sound one.</summary>
    /// <param name="scrape">The body of an answer of <c>/metrics</c>, text format 0.0.4.</param>
    public static async Task<string[]> CheckMetricsAsync(string scrape)
    {
        var (code, output) = await RunAsync(MonitoringPrograms.Promtool, ["check", "metrics"], scrape);
        return code == 0 ? [] : output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>A configuration with all the files that it names. Files of rules are checked, too.</summary>
    public static Task<(int Code, string Output)> CheckConfigAsync(string file) => RunAsync(MonitoringPrograms.Promtool, ["check", "config", file]);

    public static Task<(int Code, string Output)> CheckRulesAsync(params string[] files) => RunAsync(MonitoringPrograms.Promtool, ["check", "rules", .. files]);

    /// <summary>Runs unit tests of rules.</summary>
    public static Task<(int Code, string Output)> TestRulesAsync(params string[] files) => RunAsync(MonitoringPrograms.Promtool, ["test", "rules", .. files]);

    /// <summary>An Alertmanager's configuration, by its own tool.</summary>
    public static Task<(int Code, string Output)> CheckAlertmanagerAsync(string file) => RunAsync(MonitoringPrograms.Amtool, ["check-config", file]);

    /// <summary>Runs a program to its end; what it wrote on both streams.</summary>
    public static async Task<(int Code, string Output)> RunAsync(string program, string[] arguments, string? input = null)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (input is not null)
            await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
