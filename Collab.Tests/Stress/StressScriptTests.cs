using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Collab.Tests.EndToEnd;
using Collab.Tests.Operations;

namespace Collab.Tests.Stress;

/// <summary><c>./collab stress</c>, as it is typed; with what has been built for the tests.</summary>
public sealed partial class StressScriptTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("collab-script-");

    [Fact]
    public async Task Without_a_server_it_starts_one_for_the_run_and_stops_it_when_Ctrl_C_has_ended_the_run()
    {
        // An hour, unless it hears of Ctrl-C: once, for a second time ends it without a report.
        int port = OwnPort.Take();
        using var script = Start("typing", "--clients", "2", "--documents", "1", "--duration", "1h", "--json", "report.json", "--linger", "0s", "--metrics-address", "127.0.0.1", "--metrics-port", $"{port}");
        try
        {
            await WhenAsync(() => AcknowledgedAsync(port), script, "something is acknowledged");
            var server = OwnServer().Match(Errors);
            Assert.True(server.Success, Errors);
            using var http = new HttpClient { BaseAddress = new Uri(server.Groups["url"].Value) };
            Assert.True((await http.GetAsync(new Uri("health/ready", UriKind.Relative))).IsSuccessStatusCode);

            // As a terminal does: to every process of the group.
            await SignalAsync("INT", script);
            await script.WaitForExitAsync().WaitAsync(Limit);

            Assert.True(script.ExitCode == 0, Errors + Output);
            var report = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "report.json"))).RootElement;
            Assert.True(report.GetProperty("interrupted").GetBoolean());
            Assert.Equal("whole", report.GetProperty("outcome").GetString());
            await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(new Uri("health/ready", UriKind.Relative)));
            Assert.False(Directory.Exists(server.Groups["data"].Value));
        }
        finally
        {
            if (!script.HasExited)
                await SignalAsync("TERM", script);
        }
    }

    [Fact]
    public async Task The_exit_code_is_the_tools_and_a_server_that_is_named_is_the_one_that_is_loaded()
    {
        using var script = Start("typing", "--target", $"http://127.0.0.1:{OwnPort.Take()}", "--duration", "1s");
        await script.WaitForExitAsync().WaitAsync(Limit);
        Assert.Equal(2, script.ExitCode);
        Assert.Contains("Connection refused", Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("starting a server", Errors, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string Output => Written("out");

    private string Errors => Written("errors");

    // setsid: a process group of its own, as a terminal gives one to each command, and env: with Ctrl-C heard, which a job in the background of a script is not, nor is anything that it starts.
    // Into files: what a build leaves running would hold a pipe open.
    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("setsid", ["env", "--default-signal=INT", "bash", "-c", "exec \"$@\" >out 2>errors", "bash", Path.Combine(Repository.Root, "collab"), "stress", .. arguments]) { WorkingDirectory = _folder.FullName };
        start.Environment["COLLAB_BUILT"] = new DirectoryInfo(AppContext.BaseDirectory).Name;
        start.Environment["COLLAB_OFFLINE"] = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}offline{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "1" : "0";
        // Nobody is there.
        start.Environment["COLLAB_URL"] = $"http://127.0.0.1:{OwnPort.Take()}";
        return Process.Start(start)!;
    }

    private string Written(string file)
    {
        string path = Path.Combine(_folder.FullName, file);
        return File.Exists(path) ? File.ReadAllText(path) : "";
    }

    private async Task WhenAsync(Func<Task<bool>> fact, Process script, string what)
    {
        long started = Stopwatch.GetTimestamp();
        while (!await fact())
        {
            Assert.False(script.HasExited, $"It ended before {what}:\n{Errors}\n{Output}");
            Assert.True(Stopwatch.GetElapsedTime(started) < Limit, $"Within {Limit} it is not so that {what}:\n{Errors}\n{Output}");
            await Task.Delay(100);
        }
    }

    private static async Task<bool> AcknowledgedAsync(int port)
    {
        try
        {
            return (await Scrape.OfAsync(new Uri($"http://127.0.0.1:{port}")))["collab_stress_operations_total{scenario=\"typing\",status=\"acknowledged\"}"] > 0;
        }
        catch (HttpRequestException)
        {
            // It does not listen yet.
            return false;
        }
    }

    private static async Task SignalAsync(string signal, Process script)
    {
        using var kill = Process.Start("kill", [$"-{signal}", "--", $"-{script.Id}"]);
        await kill.WaitForExitAsync();
    }

    [GeneratedRegex(@"It is at (?<url>\S+), with its data in (?<data>\S+);")]
    private static partial Regex OwnServer();
}
