using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Collab.Tests.Browser;

/// <summary>A real Collab.Web process on a free port, its log in a SQLite file of its own folder.</summary>
internal sealed partial class DemoServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly DirectoryInfo _folder;
    private readonly StringBuilder _output = new();

    private DemoServer(Process process, DirectoryInfo folder) => (_process, _folder) = (process, folder);

    /// <summary>Where it listens; no slash at the end.</summary>
    public string Url { get; private set; } = "";

    public static async Task<DemoServer> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("collab-browser-");
        var assembly = Path.Combine(AppContext.BaseDirectory, "Collab.Web.dll");
        // The content root is where wwwroot is; the working directory, where data/ would go, is our own.
        var start = new ProcessStartInfo("dotnet", [
            "exec", assembly,
            "--urls", "http://127.0.0.1:0",
            "--contentRoot", Path.Combine(Operations.Repository.Root, "Collab.Web"),
            "--environment", "Development",
            "--Collab:Log:Path", Path.Combine(folder.FullName, "collab.db"),
        ])
        {
            WorkingDirectory = folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var server = new DemoServer(Process.Start(start) ?? throw new InvalidOperationException("dotnet could not be started."), folder);
        var url = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Read(string? line)
        {
            if (line is null) return;
            lock (server._output) server._output.AppendLine(line);
            if (ListeningOn().Match(line) is { Success: true } match) url.TrySetResult(match.Groups[1].Value);
        }
        server._process.OutputDataReceived += (_, data) => Read(data.Data);
        server._process.ErrorDataReceived += (_, data) => Read(data.Data);
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        var ended = server._process.WaitForExitAsync();
        if (await Task.WhenAny(url.Task, ended, Task.Delay(StartLimit)) != url.Task)
        {
            var output = server.Output;
            await server.DisposeAsync();
            throw new InvalidOperationException($"Collab.Web did not say where it listens. Its output:\n{output}");
        }
        server.Url = await url.Task;
        return server;
    }

    /// <summary>What it wrote to its console, for a test that fails.</summary>
    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    [GeneratedRegex(@"Now listening on: (http://127\.0\.0\.1:\d+)")]
    private static partial Regex ListeningOn();
}
