using System.Diagnostics;
using Collab.Tests.Web;

namespace Collab.Tests.Deploy;

/// <summary>The images' health check is the host's own program: as a process, for its exit code is all that Docker sees.</summary>
public sealed class HealthProbeTests(WebHost host) : IClassFixture<WebHost>
{
    [Theory]
    [InlineData("Collab.Web")]
    [InlineData("Collab.Silo")]
    public async Task It_succeeds_while_the_host_is_ready_and_shows_the_answer(string program)
    {
        // On a machine that is busy enough, a healthy host's answer can take longer than a probe waits; Docker asks three times too.
        await Eventually.IsTrue(async () => await ProbeAsync(program, "health", $"{host.Http.BaseAddress}health/ready") is (0, var output)
            && output.Contains("\"status\":\"healthy\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_fails_where_nobody_answers_and_where_the_answer_is_no_success()
    {
        var (nobody, said) = await ProbeAsync("Collab.Web", "health", $"http://127.0.0.1:{OwnPort.Take()}/health/ready");
        var (missing, _) = await ProbeAsync("Collab.Web", "health", $"{host.Http.BaseAddress}no-such-page");

        Assert.Equal((1, 1), (nobody, missing));
        Assert.Contains("did not answer within 3 s", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_says_how_to_be_called()
    {
        var (code, output) = await ProbeAsync("Collab.Silo", "health");

        Assert.Equal(2, code);
        Assert.Contains("usage: health URL", output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output)> ProbeAsync(string program, params string[] arguments)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        string assembly = Path.Combine(own.Parent!.Parent!.FullName, program, own.Name, $"{program}.dll");
        using var probe = Process.Start(new ProcessStartInfo("dotnet", [assembly, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = probe.StandardError.ReadToEndAsync();
        string output = await probe.StandardOutput.ReadToEndAsync() + await errors;
        await probe.WaitForExitAsync();
        return (probe.ExitCode, output);
    }
}
