using System.Diagnostics;
using System.Text;
using Collab.Tests.Web.Security;

namespace Collab.Tests.Browser;

/// <summary>A real Collab.Web process on a free port, its log in a SQLite file of its own folder.</summary>
internal sealed class DemoServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("collab-browser-");
    private readonly StringBuilder _output = new();
    private readonly string[] _settings;
    private Process? _process;

    private DemoServer(string[] settings) => _settings = settings;

    /// <summary>Where it listens, also after a restart; no slash at the end.</summary>
    public string Url { get; } = $"http://127.0.0.1:{OwnPort.Take()}";

    /// <summary>SQLite's file.</summary>
    public string Database => Path.Combine(_folder.FullName, "collab.db");

    /// <summary>The key of a back end that asks it for tokens.</summary>
    public string ApiKey { get; } = Credentials.NewKey();

    /// <param name="settings">Beside its own, as arguments: <c>--Collab:Sessions:Grace</c>, <c>00:00:30</c>.</param>
    public static async Task<DemoServer> StartAsync(params string[] settings)
    {
        var server = new DemoServer(settings);
        await server.StartProcessAsync();
        return server;
    }

    /// <summary>Asks it to stop, as an orchestrator does, and starts another on the same data and address: a roll-out of one.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAgainAsync();
    }

    /// <summary>Asks it to stop, as an orchestrator does, and waits until it has.</summary>
    public async Task StopAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{_process!.Id}"]))
            await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
    }

    /// <summary>Starts another on the same data and address, after <see cref="StopAsync"/>.</summary>
    public Task StartAgainAsync()
    {
        _process!.Dispose();
        return StartProcessAsync();
    }

    private async Task StartProcessAsync()
    {
        var assembly = Path.Combine(AppContext.BaseDirectory, "Collab.Web.dll");
        // The content root is where wwwroot is; the working directory, where data/ would go, is our own.
        var start = new ProcessStartInfo("dotnet", [
            "exec", assembly,
            "--urls", Url,
            "--contentRoot", Path.Combine(Operations.Repository.Root, "Collab.Web"),
            "--environment", "Development",
            "--Collab:Log:Path", Database,
            "--Collab:Access:ApiKeys:0:Name", "tests",
            "--Collab:Access:ApiKeys:0:Hash", Credentials.Hash(ApiKey),
            .. _settings,
        ])
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = _process = Process.Start(start) ?? throw new InvalidOperationException("dotnet could not be started.");
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Read(string? line)
        {
            if (line is null) return;
            lock (_output) _output.AppendLine(line);
            if (line.Contains($"Now listening on: {Url}", StringComparison.Ordinal)) listening.TrySetResult();
        }
        process.OutputDataReceived += (_, data) => Read(data.Data);
        process.ErrorDataReceived += (_, data) => Read(data.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var ended = process.WaitForExitAsync();
        if (await Task.WhenAny(listening.Task, ended, Task.Delay(StartLimit)) == listening.Task) return;
        var output = Output;
        await DisposeAsync();
        throw new InvalidOperationException($"Collab.Web did not say that it listens. Its output:\n{output}");
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
        if (_process is { } process)
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _folder.Delete(recursive: true);
    }
}
