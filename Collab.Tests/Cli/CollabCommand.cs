using System.Diagnostics;

namespace Collab.Tests.Cli;

/// <summary>Runs the real <c>collab</c>, as a process.</summary>
internal static class CollabCommand
{
    public static Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments) => RunAsync(null, arguments);

    public static async Task<(int Code, string Output, string Errors)> RunAsync(string? input, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", ["exec", Assembly(), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (input is not null)
            await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        return (process.ExitCode, await output, await errors);
    }

    // Beside the tests' own output, in the same configuration.
    private static string Assembly()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(own.Parent!.Parent!.FullName, "Collab.Cli", own.Name, "collab.dll");
    }
}
