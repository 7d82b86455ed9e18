using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Collab.Tests.Operations;

namespace Collab.Tests.EndToEnd;

/// <summary>
/// The real server: the built <c>Collab.Web</c> as a process of its own, on a free port, with SQLite in a folder of its own. It can be
/// killed without warning and started again on the same data and port.
/// </summary>
/// <remarks>
/// A shell stands between: it waits for a line on its input and then kills the server. When the test host dies, however it dies, the input
/// ends, and the server with it.
/// </remarks>
public sealed partial class ServerProcess : IAsyncDisposable
{
    private const string Script = "dotnet \"$@\" & read -r _; kill -KILL $! 2>/dev/null; wait";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);
    private static readonly HttpClient Probe = new() { Timeout = TimeSpan.FromSeconds(10) };

    private readonly string[] _settings;
    private readonly StringBuilder _log = new();
    private Process? _shell;

    private ServerProcess(string[] settings) => _settings = settings;

    /// <summary>Where it listens; stays the same over restarts.</summary>
    public Uri Url { get; private set; } = new("http://127.0.0.1:0");

    /// <summary>The folder with its data; goes when it is disposed.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("collab-server-").FullName;

    /// <summary>What it has written so far, over all its lives.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <summary>Starts a server and waits until it is ready.</summary>
    /// <param name="settings">Configuration: <c>Collab:Log:FlushInterval=00:00:00.005</c>.</param>
    public static async Task<ServerProcess> StartAsync(params string[] settings)
    {
        var server = new ServerProcess(settings);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Kills it with SIGKILL and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        if (_shell is not { } shell)
            return;
        _shell = null;
        shell.StandardInput.Close();
        await shell.WaitForExitAsync();
        shell.Dispose();
    }

    /// <summary>Starts it again on the same data and port.</summary>
    public async Task StartAgainAsync()
    {
        int told = Log.Length;
        _shell = Start();
        var deadline = DateTime.UtcNow + StartLimit;
        while (!await IsReadyAsync(told))
        {
            if (DateTime.UtcNow > deadline)
                throw new TimeoutException($"The server was not ready within {StartLimit.TotalSeconds} s. It wrote:\n{Log[told..]}");
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private Process Start()
    {
        var start = new ProcessStartInfo("sh") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments =
        [
            "-c", Script, "sh", Assembly(),
            "--urls", Url.ToString(),
            // The pages of the demo, where they have been built.
            "--contentRoot", Path.Combine(Repository.Root, "Collab.Web"),
            $"--Collab:Log:Path={Path.Combine(Folder, "collab.db")}",
            $"--Collab:Cluster:KeysPath={Path.Combine(Folder, "keys")}",
            .. _settings.Select(setting => "--" + setting),
        ];
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        var shell = Process.Start(start)!;
        shell.OutputDataReceived += (_, line) => Note(line.Data);
        shell.ErrorDataReceived += (_, line) => Note(line.Data);
        shell.BeginOutputReadLine();
        shell.BeginErrorReadLine();
        return shell;
    }

    // Beside the tests' own output, in the same configuration.
    private static string Assembly()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        string assembly = Path.Combine(own.Parent!.Parent!.FullName, "Collab.Web", own.Name, "Collab.Web.dll");
        return File.Exists(assembly) ? assembly : throw new FileNotFoundException($"The server has not been built: there is no {assembly}.");
    }

    private async Task<bool> IsReadyAsync(int told)
    {
        if (Url.Port == 0)
        {
            var listening = Listening().Match(Log, told);
            if (!listening.Success)
                return false;
            Url = new UriBuilder(Url) { Port = int.Parse(listening.Groups[1].ValueSpan, CultureInfo.InvariantCulture) }.Uri;
        }

        try
        {
            using var answer = await Probe.GetAsync(new Uri(Url, "health/ready"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private void Note(string? line)
    {
        if (line is null)
            return;
        lock (_log)
            _log.AppendLine(line);
    }

    [GeneratedRegex(@"Now listening on: http://127\.0\.0\.1:(\d+)")]
    private static partial Regex Listening();
}
