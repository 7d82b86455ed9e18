using System.Diagnostics;
using Collab.Tests.Operations;

namespace Collab.Tests.Browser;

/// <summary>The demo's files in <c>Collab.Web/wwwroot</c>, and the load tool's page, built when they are missing or older than their sources.</summary>
internal static class DemoBundle
{
    private static readonly string Demo = Path.Combine(Repository.Root, "demo");
    private static readonly string Index = Path.Combine(Repository.Root, "Collab.Web", "wwwroot", "index.html");
    private static readonly string Report = Path.Combine(Repository.Root, "Collab.Stress", "Reporting", "Html", "viewer", "report.html");

    public static async Task BuildAsync()
    {
        if (IsFresh()) return;
        if (!Directory.Exists(Path.Combine(Demo, "node_modules")))
            await NpmAsync("ci");
        await NpmAsync("run", "build");
    }

    private static bool IsFresh()
    {
        if (!File.Exists(Index) || !File.Exists(Report)) return false;
        var built = File.GetLastWriteTimeUtc(Index);
        string[] folders = [Path.Combine(Demo, "src"), Path.Combine(Demo, "public"), Path.Combine(Repository.Root, "clients", "typescript", "src")];
        string[] files = [.. new[] { "index.html", "ops.html", "report.html", "package-lock.json", "vite.config.ts", "vite.ops.config.ts", "vite.report.config.ts" }.Select(name => Path.Combine(Demo, name))];
        return folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)).Concat(files)
            .All(source => File.GetLastWriteTimeUtc(source) <= built);
    }

    private static async Task NpmAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(OperatingSystem.IsWindows() ? "npm.cmd" : "npm", arguments)
        {
            WorkingDirectory = Demo,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var npm = Process.Start(start) ?? throw new InvalidOperationException("npm could not be started.");
        var output = npm.StandardOutput.ReadToEndAsync();
        var errors = npm.StandardError.ReadToEndAsync();
        await npm.WaitForExitAsync();
        if (npm.ExitCode != 0)
            throw new InvalidOperationException($"npm {string.Join(' ', arguments)} in demo/ ended with {npm.ExitCode}:\n{await output}\n{await errors}");
    }
}
